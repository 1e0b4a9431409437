/**
 * Vouching for others: loaded when it is first needed.
 */
export { createPublicUserKey } from "./create-public-user-key.js";
export { vouchFor } from "./vouch-for.js";
