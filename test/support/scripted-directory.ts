import type { HttpFetch } from "../../src/algorithms/shared/bounded-fetch.js";

/** What stands at one URL: a body, an answer, a fault of the network, or nothing that ever comes. */
export type Served = Uint8Array<ArrayBuffer> | string | Response | Error | "never";

/** A `fetch` that knows these URLs, with the requests that it saw. What it does not know is 404. */
export function scriptedDirectory(served: Readonly<Record<string, Served>>): {
  readonly fetch: HttpFetch;
  readonly asked: { readonly url: string; readonly init: RequestInit }[];
} {
  const asked: { url: string; init: RequestInit }[] = [];
  const fetch: HttpFetch = async (url, init) => {
    asked.push({ url, init });
    const answer = Object.hasOwn(served, url) ? served[url] : new Response("", { status: 404 });
    if (answer === "never") return new Promise(() => undefined);
    if (answer instanceof Error || answer === undefined) throw answer ?? new TypeError("Failed to fetch");
    return answer instanceof Response ? answer.clone() : new Response(answer);
  };
  return { fetch, asked };
}

/** What a browser throws for a host that does not exist, one that does not answer, and one without CORS headers alike. */
export const unreachable: Error = new TypeError("Failed to fetch");
