import { readTrustState } from "../../src/client/trusting/trust-in-force.js";

/** The trust of a reader who has no anchors. */
export const nobodyTrusted = await readTrustState({ version: 1, anchors: [] });
