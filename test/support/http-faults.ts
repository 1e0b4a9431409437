import type { Fault } from "../../examples/homeserver/server.js";

/** One way in which a request goes wrong at the HTTP boundary; `carriedOut` if the server does what it asks all the same. */
export interface HttpFault {
  readonly name: string;
  readonly fault: Fault;
  readonly carriedOut: boolean;
}

const html = { status: 200, contentType: "text/html", body: "<h1>Welcome to the airport</h1>" };
const rateLimit = {
  status: 429,
  body: { errcode: "M_LIMIT_EXCEEDED", error: "Too many requests", retry_after_ms: 10 },
};

const before: Readonly<Record<string, Fault>> = {
  "the request is lost": { disconnect: true },
  "429": rateLimit,
  "500": { status: 500 },
  "HTML in place of JSON": html,
  silence: { hang: true },
};

const after: Readonly<Record<string, Fault>> = {
  "the answer is lost": { disconnect: true },
  "500 after it was done": { status: 500 },
  "HTML after it was done": html,
  "silence after it was done": { hang: true },
};

/**
 * Every way that a test of recovery has to go through, at every request: `failNext({ ...fault, skip: index })`. A test
 * of the two silent ones needs a client that gives up soon.
 */
export const httpFaults: readonly HttpFault[] = [
  ...Object.entries(before).map(([name, fault]) => ({ name, fault, carriedOut: false })),
  ...Object.entries(after).map(([name, fault]) => ({ name, fault: { ...fault, after: true }, carriedOut: true })),
  { name: "a slow answer", fault: { delayMs: 50 }, carriedOut: true },
];
