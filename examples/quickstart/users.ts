/** Users of the homeserver, and a room that they share. */
import { ConnectionError, type MatrixClient } from "matrix-js-sdk";
import { createIdentity, registerUser } from "../shared/matrix-user.js";

/** Registers a user who has cross-signing keys. */
export async function register(homeserver: string, name: string): Promise<MatrixClient> {
  try {
    const user = await registerUser(homeserver, name);
    await createIdentity(user);
    return user.client;
  } catch (cause) {
    if (cause instanceof ConnectionError) throw new Error(`${homeserver} cannot be reached`, { cause });
    throw cause;
  }
}

/** A room of the owner's that the reader has joined. */
export async function openRoom(owner: MatrixClient, reader: MatrixClient): Promise<string> {
  const { room_id: roomId } = await owner.createRoom({ invite: [reader.getSafeUserId()] });
  await reader.joinRoom(roomId);
  return roomId;
}
