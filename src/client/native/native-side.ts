/**
 * Native verification of other users: loaded when it is first needed.
 */
export { createFollower } from "./follow-verdicts.js";
export { verifyNatively } from "./verify-natively.js";
export { withdrawNatively } from "./withdraw-natively.js";
