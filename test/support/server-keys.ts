import type { ServerKeyKind } from "../../src/model/server-keys/server-key-set.js";
import { type Body, makeSigningKey, type SigningKey } from "./homeserver-account.js";

/** The server whose keys these are. */
export const serverName = "example.org";

/** One key in an answer. */
export interface ListedKey {
  readonly key: SigningKey;
  readonly scope?: unknown;
  readonly expired_ts?: unknown;
  /** Whether it signs the answer; default: a current one does. */
  readonly signs?: boolean;
}

/** What differs from an answer that is in order. */
export interface AnswerParts {
  readonly current?: Readonly<Record<string, ListedKey>>;
  readonly old?: Readonly<Record<string, ListedKey>>;
  /** Members that are replaced before the answer is signed. */
  readonly members?: Body;
}

/** 2026-01-01. */
export const now = 1_767_225_600_000;
export const day = 86_400_000;

/** An answer as a server makes it: signed by each current key. */
export function serverAnswer({ current = {}, old = {}, members = {} }: AnswerParts): Body {
  const listed = (keys: Readonly<Record<string, ListedKey>>): Body =>
    Object.fromEntries(
      Object.entries(keys).map(([keyId, { key, signs: _signs, ...more }]) => [keyId, { key: key.publicKey, ...more }]),
    );
  const answer = {
    server_name: serverName,
    valid_until_ts: now + day,
    verify_keys: listed(current),
    old_verify_keys: listed(old),
    ...members,
  };
  const signers = Object.entries(current).filter(([, { signs = true }]) => signs);
  return signedByServer(answer, Object.fromEntries(signers.map(([keyId, { key }]) => [keyId, key])));
}

/** The object with a server's signatures, by key ID. */
export function signedByServer(
  object: Body,
  keys: Readonly<Record<string, SigningKey>>,
  name: string = serverName,
): Body {
  const entries = Object.entries(keys).map(([keyId, key]) => [keyId, key.sign(object)]);
  return { ...object, signatures: { ...object.signatures, [name]: Object.fromEntries(entries) } };
}

/** A message of a room as servers sign it: redacted, with its hashes. */
export function roomEvent(madeAt: number = now): Body {
  return {
    type: "m.room.message",
    sender: "@alice:example.org",
    room_id: "!room:example.org",
    origin_server_ts: madeAt,
    content: {},
    hashes: { sha256: "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU" },
    depth: 1,
    auth_events: [],
    prev_events: [],
  };
}

/** A request as servers sign it. */
export const serverRequest: Body = {
  method: "GET",
  uri: "/_matrix/federation/v1/media/download/abc",
  origin: serverName,
  destination: "example.net",
};

/** One server with a key of each sort, and the answers that list them. */
export function makeServer() {
  const keys = { all: makeSigningKey(), events: makeSigningKey(), media: makeSigningKey(), old: makeSigningKey() };
  const answers: Record<ServerKeyKind, Body> = {
    "all-purpose": serverAnswer({
      current: { "ed25519:auto": { key: keys.all } },
      old: { "ed25519:old": { key: keys.old, expired_ts: now - day } },
    }),
    scoped: serverAnswer({
      current: {
        "ed25519:auto": { key: keys.events, scope: ["m.events"] },
        "ed25519:media": { key: keys.media, scope: ["m.requests", "org.example.unknown"] },
      },
      old: { "ed25519:old": { key: keys.old, scope: ["m.events"], expired_ts: now - day } },
    }),
  };
  return { keys, answers };
}
