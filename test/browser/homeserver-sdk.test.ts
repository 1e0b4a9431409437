import { EventType, type MatrixClient, MsgType } from "matrix-js-sdk";
import { CryptoEvent } from "matrix-js-sdk/lib/crypto-api";
import { afterEach, describe, expect, test, vi } from "vitest";
import type { ProfileName } from "../../examples/homeserver/profiles.js";
import {
  type CryptoCallbacks,
  createIdentity,
  cryptoOf,
  logInAgain,
  type MatrixUser,
  registerUser,
} from "../../examples/shared/matrix-user.js";
import { hasVerified, knowsIdentityOf, shareEncryptedRoom } from "../support/encrypted-room.js";
import { verifyByEmoji } from "../support/verify-by-emoji.js";

const running: MatrixClient[] = [];

afterEach(() => {
  for (const client of running.splice(0)) client.stopClient();
});

/** A homeserver of the test's own. */
const homeserverLike = (profile: ProfileName): string =>
  `${location.origin}/_homeserver/${profile}/${crypto.randomUUID()}`;

async function syncingUser(baseUrl: string, name: string): Promise<MatrixUser> {
  const user = await registerUser(baseUrl, name);
  await createIdentity(user);
  running.push(user.client);
  await user.client.startClient();
  return user;
}

/** The decrypted text of a message, once it has arrived. */
async function textOf(reader: MatrixUser, roomId: string, eventId: string): Promise<unknown> {
  return vi.waitFor(() => {
    const event = reader.client.getRoom(roomId)?.findEventById(eventId);
    expect(event?.isEncrypted()).toBe(true);
    expect(event?.getType()).toBe(EventType.RoomMessage);
    return event?.getContent().body;
  }, 10_000);
}

/** Who signed a user's master key, as the server tells the reader. */
async function signersOfMasterKey(reader: MatrixUser, userId: string): Promise<string[]> {
  const answer = await reader.client.downloadKeysForUsers([userId]);
  const masterKey = answer.master_keys?.[userId] as { signatures?: object } | undefined;
  return Object.keys(masterKey?.signatures ?? {}).sort();
}

const everyProfile: ProfileName[] = [
  "msc2961",
  "synapse-strict",
  "synapse-1.161",
  "dendrite",
  "continuwuity",
  "tuwunel",
  "silent-drop",
];

describe("matrix-js-sdk with Rust crypto on the embedded homeserver", () => {
  for (const profile of everyProfile) {
    test(`two users talk in an encrypted room and see each other's identity (${profile})`, async () => {
      const baseUrl = homeserverLike(profile);
      const [alice, bob] = await Promise.all([syncingUser(baseUrl, "alice"), syncingUser(baseUrl, "bob")]);
      const roomId = await shareEncryptedRoom(alice, bob);
      for (const [writer, reader] of [
        [alice, bob],
        [bob, alice],
      ] as const) {
        const text = `from ${writer.userId}`;
        const { event_id: eventId } = await writer.client.sendMessage(roomId, { msgtype: MsgType.Text, body: text });
        expect(await textOf(reader, roomId, eventId)).toBe(text);
        await knowsIdentityOf(reader, writer);
        const crypto = cryptoOf(reader.client);
        const device = await crypto.getDeviceVerificationStatus(writer.userId, writer.client.getDeviceId() ?? "");
        expect(device?.signedByOwner).toBe(true);
        expect((await crypto.getUserVerificationStatus(reader.userId)).isCrossSigningVerified()).toBe(true);
        expect((await crypto.getUserVerificationStatus(writer.userId)).isCrossSigningVerified()).toBe(false);
      }
    });
  }

  test("two users verify each other, and each alone sees the signature that they made", async () => {
    const baseUrl = homeserverLike("msc2961");
    const [alice, bob] = await Promise.all([syncingUser(baseUrl, "alice"), syncingUser(baseUrl, "bob")]);
    const carol = await registerUser(baseUrl, "carol");
    const roomId = await shareEncryptedRoom(alice, bob);
    await Promise.all([knowsIdentityOf(alice, bob), knowsIdentityOf(bob, alice)]);
    await verifyByEmoji(alice, bob, roomId);
    for (const [reader, other] of [
      [alice, bob],
      [bob, alice],
    ] as const) {
      await hasVerified(reader, other);
      expect(await signersOfMasterKey(reader, other.userId)).toEqual([alice.userId, bob.userId]);
      expect(await signersOfMasterKey(carol, other.userId)).toEqual([other.userId]);
    }
  });

  test("new cross-signing keys need the password, and the others hear of them", async () => {
    const baseUrl = homeserverLike("msc2961");
    const [alice, bob] = await Promise.all([syncingUser(baseUrl, "alice"), syncingUser(baseUrl, "bob")]);
    await shareEncryptedRoom(alice, bob);
    await knowsIdentityOf(bob, alice);
    const before = await bob.client.downloadKeysForUsers([alice.userId]);
    const withoutPassword = { ...alice, password: "not the password" };
    await expect(createIdentity(withoutPassword, true)).rejects.toMatchObject({
      errcode: "M_FORBIDDEN",
      httpStatus: 401,
    });
    expect(await bob.client.downloadKeysForUsers([alice.userId])).toEqual(before);
    const heard = new Promise<void>((resolve) => {
      bob.client.on(CryptoEvent.UserTrustStatusChanged, (userId) => {
        if (userId === alice.userId) resolve();
      });
    });
    await createIdentity(alice, true);
    await heard;
    const after = await bob.client.downloadKeysForUsers([alice.userId]);
    expect(after.master_keys?.[alice.userId]?.keys).not.toEqual(before.master_keys?.[alice.userId]?.keys);
  });

  test("a further device takes the keys from secret storage and is signed by its owner", async () => {
    const baseUrl = homeserverLike("msc2961");
    const storageKeys = new Map<string, Uint8Array<ArrayBuffer>>();
    const callbacks: CryptoCallbacks = {
      cacheSecretStorageKey: (keyId, _info, key) => void storageKeys.set(keyId, key),
      getSecretStorageKey: async ({ keys }) => {
        const found = Object.keys(keys).flatMap((keyId): [string, Uint8Array<ArrayBuffer>][] => {
          const key = storageKeys.get(keyId);
          return key === undefined ? [] : [[keyId, key]];
        });
        return found[0] ?? null;
      },
    };
    const first = await registerUser(baseUrl, "alice", { callbacks });
    running.push(first.client);
    await first.client.startClient();
    const crypto = cryptoOf(first.client);
    await crypto.bootstrapSecretStorage({ createSecretStorageKey: () => crypto.createRecoveryKeyFromPassphrase() });
    await createIdentity(first);

    const second = await logInAgain(baseUrl, first, { callbacks });
    running.push(second.client);
    await second.client.startClient();
    await knowsIdentityOf(second, first);
    await createIdentity(second);
    expect(await cryptoOf(second.client).getCrossSigningKeyId()).toBe(await crypto.getCrossSigningKeyId());
    await vi.waitFor(async () => {
      const status = await crypto.getDeviceVerificationStatus(first.userId, second.client.getDeviceId() ?? "");
      expect(status?.signedByOwner).toBe(true);
    }, 10_000);
  });
});
