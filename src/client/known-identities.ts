import { decodeUtf8, sha256, toHex, utf8 } from "../encoding/bytes.js";
import type { SignedIdentity } from "../model/identity.js";

/** Remembers by digest what was served of users, to notice when it is something else. */
export interface KnownIdentities {
  /**
   * Takes note of identities as they were fetched; what was fetched earlier than what is known is passed over.
   *
   * @returns the users of whom something else was known, or nothing
   */
  note(identities: Iterable<SignedIdentity>): Promise<string[]>;
  forget(userIds: Iterable<string>): void;
}

/** Knows nobody yet. */
export function createKnownIdentities(): KnownIdentities {
  const known = new Map<string, { readonly digest: string; readonly fetchedAt: number }>();
  return {
    async note(identities) {
      const digested = await Promise.all(
        [...identities].map(async (identity) => ({ ...identity, digest: await digestOf(identity) })),
      );
      return digested.flatMap(({ userId, digest, fetchedAt }) => {
        const before = known.get(userId);
        if (before && before.fetchedAt > fetchedAt) return [];
        known.set(userId, { digest, fetchedAt });
        return before?.digest === digest ? [] : [userId];
      });
    },
    forget(userIds) {
      for (const userId of userIds) known.delete(userId);
    },
  };
}

/** Of everything that an assessment looks at; lists sorted, since servers answer in any order. */
async function digestOf({ masterKey, signatures, withdrawn, problems }: SignedIdentity): Promise<string> {
  const seen = signatures.map(({ seenIn, rooms = [], heldBy = [], ...signature }) => [
    ...[seenIn, rooms, heldBy].map((names) => [...names].sort()),
    signature.keyId,
    signature.value,
  ]);
  const object = masterKey && decodeUtf8(masterKey.bytes);
  const lists = [seen, withdrawn.map(({ key, value, manifest }) => [key, value, manifest]), problems];
  const sorted = lists.map((list) => list.map((entry) => JSON.stringify(entry)).sort());
  return toHex(await sha256(utf8(JSON.stringify([object, ...sorted]))));
}
