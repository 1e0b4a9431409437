/** What weighs signatures: loaded when the first anchors are read. */
export { assessUsers, judgeUsers } from "./assess-users.js";
export { putInForce, readTrustState } from "./trust-in-force.js";
export { readVouchingUsers } from "./vouching-users.js";
