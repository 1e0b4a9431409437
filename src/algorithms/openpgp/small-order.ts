import { isDegeneratePoint } from "../../model/edwards-point.js";
import type { KeyPacket } from "./library.js";
import { keyAlgorithm } from "./strength.js";

/** Whether an EdDSA key is a point under which signatures prove nothing: of small order or not encoded canonically. */
export function isDegenerate(key: KeyPacket): boolean {
  const { Q, A } = key.publicParams;
  switch (key.algorithm) {
    case keyAlgorithm.eddsaLegacy:
      return isDegeneratePoint("ed25519", Q?.subarray(1));
    case keyAlgorithm.ed25519:
      return isDegeneratePoint("ed25519", A);
    case keyAlgorithm.ed448:
      return isDegeneratePoint("ed448", A);
    default:
      return false;
  }
}
