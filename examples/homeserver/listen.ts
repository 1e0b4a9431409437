/** A homeserver on a socket of its own. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface Listening {
  /** Without a trailing slash. */
  readonly url: string;
  close(): Promise<void>;
}

/** Listens on 127.0.0.1; closing ends the long polls first. */
export async function listen(
  handle: (request: IncomingMessage, response: ServerResponse) => void,
  port: number,
  endPolls: () => void,
): Promise<Listening> {
  const server = createServer((request, response) => handle(request, response));
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  const { port: actual } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${actual}`,
    close: () =>
      new Promise((resolve) => {
        endPolls();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
