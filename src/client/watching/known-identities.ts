import { decodeUtf8, sha256, toHex, utf8 } from "../../encoding/bytes.js";
import type { SignedIdentity } from "../../model/identity.js";

/** Remembers by digest what was served of users, to notice when it is something else. */
export interface KnownIdentities {
  /** Takes note of identities; what was fetched earlier than what is known is passed over. */
  note(identities: Iterable<SignedIdentity>): Promise<void>;
  /** What is known of a user: equal for what is equally served, `undefined` where nothing is. */
  digestOf(userId: string): string | undefined;
  forget(userIds: Iterable<string>): void;
}

/** Knows nobody yet. */
export function createKnownIdentities(): KnownIdentities {
  const known = new Map<string, { readonly digest: string; readonly fetchedAt: number }>();
  return {
    async note(identities) {
      await Promise.all(
        [...identities].map(async (identity) => {
          const { userId, fetchedAt } = identity;
          // One user's value can be nested too deeply to be written; the changes of others are told all the same.
          const digest = await digestIdentity(identity).catch(() => unreadable);
          if ((known.get(userId)?.fetchedAt ?? 0) <= fetchedAt) known.set(userId, { digest, fetchedAt });
        }),
      );
    },
    digestOf: (userId) => known.get(userId)?.digest,
    forget(userIds) {
      for (const userId of userIds) known.delete(userId);
    },
  };
}

const unreadable = "unreadable";

/** Of everything that an assessment looks at; lists sorted, since servers answer in any order. */
async function digestIdentity({ masterKey, signatures, withdrawn, problems }: SignedIdentity): Promise<string> {
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
