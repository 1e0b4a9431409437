import { EventType } from "matrix-js-sdk";
import { expect, vi } from "vitest";
import { cryptoOf, type MatrixUser } from "../../examples/shared/matrix-user.js";

/** What Matrix does between two servers may take a moment longer than on one. */
const PATIENCE_MS = 20_000;

/** The guest joins the host's encrypted room; both, who sync, know that it is encrypted and who is in it. */
export async function shareEncryptedRoom(host: MatrixUser, guest: MatrixUser): Promise<string> {
  const { room_id: roomId } = await host.client.createRoom({
    invite: [guest.userId],
    initial_state: [{ type: EventType.RoomEncryption, state_key: "", content: { algorithm: "m.megolm.v1.aes-sha2" } }],
  });
  await vi.waitFor(() => expect(guest.client.getRoom(roomId)?.getMyMembership()).toBe("invite"), PATIENCE_MS);
  await guest.client.joinRoom(roomId);
  for (const { client } of [host, guest]) {
    await vi.waitFor(() => {
      const room = client.getRoom(roomId);
      expect(room?.getJoinedMemberCount()).toBe(2);
      expect(room?.hasEncryptionStateEvent()).toBe(true);
    }, PATIENCE_MS);
  }
  return roomId;
}

/** Waits until the reader's crypto stack, which syncs, has the other's cross-signing keys. */
export async function knowsIdentityOf(reader: MatrixUser, other: MatrixUser): Promise<void> {
  const known = (): Promise<boolean> => cryptoOf(reader.client).userHasCrossSigningKeys(other.userId);
  await vi.waitFor(async () => expect(await known()).toBe(true), PATIENCE_MS);
}

/** Waits until the reader's crypto stack calls the other verified. */
export async function hasVerified(reader: MatrixUser, other: MatrixUser): Promise<void> {
  await vi.waitFor(async () => {
    const status = await cryptoOf(reader.client).getUserVerificationStatus(other.userId);
    expect(status.isCrossSigningVerified()).toBe(true);
  }, PATIENCE_MS);
}
