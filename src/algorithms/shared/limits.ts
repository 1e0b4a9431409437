/** Bounds of every algorithm. */

/** Names of a signer in a report. */
export const maxNames = 16;
/** A longer name is left out of the report: UTF-16 units. */
export const maxNameLength = 512;

/** How far ahead another computer's clock may be (PROTOCOL, "Algorithms"). */
export const clockSkewMs: number = 5 * 60_000;
