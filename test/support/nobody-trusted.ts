import { readTrust } from "../../src/trust/trust.js";

/** The trust of a reader who has no anchors. */
export const nobodyTrusted = {
  settings: { version: 1, anchors: [] },
  current: await readTrust({ anchors: [] }),
} as const;
