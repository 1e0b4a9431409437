/** What weighs signatures: loaded when the first anchors are read or the first user is assessed. */
export { readTrust } from "../../trust/trust.js";
export { assessUsers } from "./assess-users.js";
