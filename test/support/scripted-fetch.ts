/** One request as it reached the HTTP boundary. */
export interface SeenRequest {
  readonly method: string;
  /** Path and query behind the homeserver's address. */
  readonly path: string;
  readonly body: unknown;
  readonly authorization: string | null;
}

/** What the scripted server answers: a response, or a fault of the network when it throws. */
export type Answer = (request: SeenRequest, signal: AbortSignal) => Response | Promise<Response>;

/** A `fetch` that ends at a script, with the requests it saw. */
export function scriptedFetch(answer: Answer): { fetch: typeof fetch; seen: SeenRequest[] } {
  const seen: SeenRequest[] = [];
  const scripted = async (input: RequestInfo | URL, init: RequestInit = {}): Promise<Response> => {
    const request = new Request(input, init);
    const url = new URL(request.url);
    const text = await request.text();
    const entry = {
      method: request.method,
      path: url.pathname + url.search,
      body: text === "" ? undefined : (JSON.parse(text) as unknown),
      authorization: request.headers.get("Authorization"),
    };
    seen.push(entry);
    return answer(entry, request.signal);
  };
  return { fetch: scripted, seen };
}

/** A JSON answer. */
export function json(body: unknown, status = 200, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), { status, headers: { "Content-Type": "application/json", ...headers } });
}

/** A Matrix error. */
export function matrixError(status: number, errcode: string, extra: object = {}): Response {
  return json({ errcode, error: "scripted", ...extra }, status);
}
