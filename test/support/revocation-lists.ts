import { ed25519 } from "matrix-countersign/ed25519";
import {
  prepareRevocationList,
  type RevocationListWishes,
} from "../../src/client/signed-documents/prepare-revocation-list.js";
import { acceptDocument, type DocumentRequest } from "../../src/client/signed-documents/sign-document.js";
import type { JsonObject } from "../../src/encoding/json-object.js";
import type { TrustAnchor } from "../../src/model/trust-anchor.js";
import { type Ed25519TestKey, ed25519Value, makeEd25519Key } from "./ed25519.js";

export const now: number = Date.UTC(2026, 5, 1);
export const dayMs: number = 24 * 60 * 60 * 1000;
/** Somebody who left, and somebody who did not. */
export const bob = { userId: "@bob:example.org", masterKey: "Qm9i".padEnd(42, "b").concat("A") };
export const eve = { userId: "@eve:example.org", masterKey: "RXZl".padEnd(42, "e").concat("A") };

/** An organisation with a raw key, which signs its lists itself. */
export interface Organisation {
  readonly key: Ed25519TestKey;
  readonly anchor: TrustAnchor;
  /** What a signing tool would give back. */
  output(bytes: Uint8Array, createdAt?: number): string;
  /** Signs a request for whatever document. */
  sign(request: DocumentRequest): Promise<JsonObject>;
  /** A signed list of what is in `revoked`. */
  list(wishes?: Partial<RevocationListWishes>): Promise<JsonObject>;
}

export function makeOrganisation(): Organisation {
  const key = makeEd25519Key();
  const anchor: TrustAnchor = {
    id: "company",
    algorithm: "org.ietf.ed25519",
    key: key.publicKey,
    speaksFor: "scope",
    scope: { servers: ["example.org"] },
  };
  const output: Organisation["output"] = (bytes, createdAt = now) =>
    `${key.publicKey} ${ed25519Value(key, bytes, createdAt, 0)}`;
  const sign: Organisation["sign"] = (request) =>
    acceptDocument(request, output(request.bytes), { algorithm: ed25519(), now: () => now });
  return {
    key,
    anchor,
    output,
    sign,
    list: (wishes = {}) =>
      sign(
        prepareRevocationList(
          { anchor: anchor.id, revoked: [bob], expiresAt: now + 30 * dayMs, now, ...wishes },
          ed25519(),
        ),
      ),
  };
}
