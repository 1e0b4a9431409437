import { createSyncObserver, type SyncObserver } from "matrix-countersign";
import {
  ClientEvent,
  EventType,
  type MatrixClient,
  type MatrixEvent,
  MatrixEventEvent,
  MsgType,
  RoomMemberEvent,
  RoomStateEvent,
} from "matrix-js-sdk";
import { createIdentity, type MatrixUser, registerUser } from "../../shared/matrix-user.js";
import { holdDatabases } from "./databases.js";
import { Line } from "./line.js";

/** Alice and Bob, who have just met in an encrypted room. */
export interface Pair {
  readonly baseUrl: string;
  readonly alice: MatrixUser;
  readonly bob: MatrixUser;
  readonly roomId: string;
  /** Alice's line to the homeserver. */
  readonly line: Line;
  /** Reads along what the homeserver tells Bob. */
  readonly observer: SyncObserver;
  /** Ends both clients and deletes what they stored. */
  stop(): Promise<void>;
}

/**
 * Registers Alice and Bob on a fresh homeserver, gives both a cross-signing identity and brings them into one room.
 *
 * @param progress is told in words what is being done
 */
export async function startPair(baseUrl: string, progress: (words: string) => void): Promise<Pair> {
  const run = crypto.randomUUID();
  const release = holdDatabases(run);
  const line = new Line();
  const observer = createSyncObserver();
  const accounts = [
    { name: "alice", fetchFn: line.fetch },
    { name: "bob", fetchFn: observer.wrap() },
  ];
  const storePrefixes = accounts.map(({ name }) => `countersign-demo ${run} ${name}`);
  const users: MatrixUser[] = [];
  const stop = async (): Promise<void> => {
    for (const { client } of users) client.stopClient();
    try {
      for (const [index, { client }] of users.entries()) {
        await client.clearStores({ cryptoDatabasePrefix: storePrefixes[index] ?? "" });
      }
    } finally {
      release();
    }
  };
  try {
    progress("Registering Alice and Bob …");
    for (const [index, { name, fetchFn }] of accounts.entries()) {
      users.push(await registerUser(baseUrl, name, { storePrefix: storePrefixes[index] ?? "", fetchFn }));
    }
    const [alice, bob] = users;
    if (alice === undefined || bob === undefined) throw new Error("expected two users");
    progress("Making their Matrix keys …");
    await Promise.all(users.map((user) => createIdentity(user)));
    for (const { client } of users) await client.startClient({ initialSyncLimit: 50 });
    progress("Opening an encrypted room …");
    const roomId = await openRoom(alice.client, bob);
    await say(alice.client, roomId, "Hi Bob, it is me, Alice. Really!");
    await until(bob.client, () => (bob.client.getRoom(roomId)?.getLiveTimeline().getEvents() ?? []).some(isText));
    await say(bob.client, roomId, "Anybody could write that. Who vouches for your key?");
    return { baseUrl, alice, bob, roomId, line, observer, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

const isText = (event: MatrixEvent): boolean => event.getType() === EventType.RoomMessage;

/** Sends a text message, which the SDK encrypts. */
export async function say(client: MatrixClient, roomId: string, body: string): Promise<void> {
  await client.sendMessage(roomId, { msgtype: MsgType.Text, body });
}

async function openRoom(alice: MatrixClient, bob: MatrixUser): Promise<string> {
  const encryption = { algorithm: "m.megolm.v1.aes-sha2" };
  const { room_id: roomId } = await alice.createRoom({
    invite: [bob.userId],
    initial_state: [{ type: EventType.RoomEncryption, state_key: "", content: encryption }],
  });
  await until(bob.client, () => bob.client.getRoom(roomId)?.getMyMembership() === "invite");
  await bob.client.joinRoom(roomId);
  for (const client of [alice, bob.client]) {
    await until(client, () => {
      const room = client.getRoom(roomId);
      return room?.hasEncryptionStateEvent() === true && room.getJoinedMemberCount() === 2;
    });
  }
  return roomId;
}

const patienceMs = 30_000;
const newsEvents = [
  ClientEvent.Sync,
  ClientEvent.Room,
  RoomStateEvent.Update,
  RoomMemberEvent.Membership,
  MatrixEventEvent.Decrypted,
] as const;

/** Waits until the client's sync has brought about a condition. */
function until(client: MatrixClient, condition: () => boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = (settle: () => void): void => {
      clearTimeout(timer);
      for (const name of newsEvents) client.off(name, check);
      settle();
    };
    const check = (): void => {
      if (condition()) end(resolve);
    };
    const timer = setTimeout(() => end(() => reject(new Error("the homeserver sent no news in time"))), patienceMs);
    for (const name of newsEvents) client.on(name, check);
    check();
  });
}
