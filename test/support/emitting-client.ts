import type { MatrixClientLike } from "matrix-countersign";

/** A client that says what the test lets it say. */
export interface EmittingClient {
  readonly client: MatrixClientLike;
  emit(name: string, ...details: unknown[]): void;
  /** How many listen. */
  readonly listeners: number;
}

/** A client of `@own:example.org` that is logged in and has no crypto. */
export function emittingClient(): EmittingClient {
  const listeners = new Set<{ readonly name: string; readonly listener: (...details: never[]) => void }>();
  return {
    client: {
      getUserId: () => "@own:example.org",
      getHomeserverUrl: () => "https://hs.example.org",
      getAccessToken: () => "token",
      getCrypto: () => undefined,
      on: (name, listener) => listeners.add({ name, listener }),
      off(name, listener) {
        for (const entry of listeners) if (entry.name === name && entry.listener === listener) listeners.delete(entry);
      },
    },
    emit(name, ...details) {
      for (const entry of listeners) if (entry.name === name) Reflect.apply(entry.listener, undefined, details);
    },
    get listeners() {
      return listeners.size;
    },
  };
}

/** A state event as matrix-js-sdk hands it out. */
export function stateEvent(
  type: string,
  stateKey: string,
  content: object = {},
  { sender = stateKey, roomId = "!room:example.org" } = {},
): object {
  return {
    getType: () => type,
    getRoomId: () => roomId,
    getStateKey: () => stateKey,
    getSender: () => sender,
    getContent: () => content,
  };
}
