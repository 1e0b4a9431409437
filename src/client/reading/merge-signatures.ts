import { tryDecodeBase64 } from "../../encoding/base64.js";
import type { ExternalSignature, SignatureValue } from "../../model/external-signature.js";
import type { Place, SeenSignature } from "../../model/identity.js";
import { signatureIdentity } from "../../model/same-signature.js";

/** One signature as one place has it. */
export interface FoundSignature {
  readonly signature: ExternalSignature;
  readonly place: Place;
  readonly roomId?: string;
  /** The manifests that hold it. */
  readonly manifests: readonly string[];
}

/** All signatures, each once: those under one key ID with the same decoded value are one. */
export function mergeSignatures(found: readonly FoundSignature[]): SeenSignature[] {
  // By identity, for the number of places is a stranger's to choose; what has none is like no other.
  const merged = new Map<string | FoundSignature, SeenSignature>();
  for (const one of found) {
    const identity = signatureIdentity(one.signature) ?? one;
    merged.set(identity, withFound(merged.get(identity), one));
  }
  return [...merged.values()];
}

function withFound(twin: SeenSignature | undefined, found: FoundSignature): SeenSignature {
  const { signature } = found;
  if (!twin) return seen({ ...signature, seenIn: [] }, found);
  // Of two spellings the one that algorithms read: a server that re-encodes must not hide what another place has right.
  const { value } = isCanonicalBase64(signature.value) ? signature : twin;
  return seen({ ...twin, value }, found);
}

function seen(signature: SeenSignature, { place, roomId, manifests }: FoundSignature): SeenSignature {
  const { seenIn, rooms: before = [], heldBy: heldBefore = [], ...rest } = signature;
  const rooms = [...new Set([...before, ...(roomId === undefined ? [] : [roomId])])];
  const heldBy = [...new Set([...heldBefore, ...manifests])];
  return {
    ...rest,
    seenIn: [...new Set([...seenIn, place])],
    ...(rooms.length > 0 && { rooms }),
    ...(heldBy.length > 0 && { heldBy }),
  };
}

function isCanonicalBase64(value: SignatureValue): boolean {
  return typeof value === "string" && tryDecodeBase64(value) !== undefined;
}
