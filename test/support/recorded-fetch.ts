/** A `fetch` that notes what it asks for. */
export interface RecordedFetch {
  readonly fetch: typeof fetch;
  /** Method and path of each request since the last call, such as `GET /_matrix/client/v3/profile/…`, in their order. */
  taken(): string[];
}

/** The global `fetch`, recorded. */
export function recordedFetch(): RecordedFetch {
  const asked: string[] = [];
  return {
    fetch: (input, init) => {
      const request = new Request(input, { method: init?.method ?? "GET" });
      asked.push(`${request.method} ${decodeURIComponent(new URL(request.url).pathname)}`);
      return fetch(input, init);
    },
    taken: () => asked.splice(0),
  };
}
