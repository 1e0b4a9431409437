import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ed25519 } from "../../src/algorithms/ed25519/index.js";
import { canonicalJson, type SignedEvent, verifyEvent, verifyServerKeys, verifyServerSigned } from "../../src/index.js";
import { makeServer, now, roomEvent, serverName, signedByServer } from "../support/server-keys.js";
import { makeEventSigner, message } from "../support/signed-events.js";

const { keys, answers } = makeServer();
const alice = makeEventSigner("@alice:example.org");

/** The value with one thing in it replaced, wherever it is. */
const damaged = (whole: unknown): fc.Arbitrary<unknown> => {
  const places: (string | number)[][] = [];
  const walk = (value: unknown, path: (string | number)[]): void => {
    places.push(path);
    if (typeof value === "object" && value !== null) {
      for (const key of Object.keys(value)) walk((value as Record<string, unknown>)[key], [...path, key]);
    }
  };
  walk(whole, []);
  return fc.tuple(fc.constantFrom(...places), fc.jsonValue()).map(([path, value]) => {
    const copy = structuredClone({ whole });
    let target = copy as unknown as Record<string | number, unknown>;
    const steps = ["whole", ...path];
    for (const step of steps.slice(0, -1)) target = target[step] as Record<string | number, unknown>;
    target[steps.at(-1) ?? "whole"] = value;
    return copy.whole as unknown;
  });
};

const signedPart = (object: unknown): string => {
  const { signatures: _signatures, unsigned: _unsigned, ...signed } = object as Record<string, unknown>;
  return canonicalJson(signed);
};

describe("what servers and senders signed, damaged", () => {
  test("is never a valid list of keys unless it says the same", async () => {
    const arbitrary = fc.oneof(fc.jsonValue(), damaged(answers.scoped), damaged(answers["all-purpose"]));
    await fc.assert(
      fc.asyncProperty(arbitrary, fc.constantFrom("scoped", "all-purpose"), async (answer, kind) => {
        const { status } = await verifyServerKeys(answer, { serverName, kind, now });
        if (status === "valid") expect(signedPart(answer)).toBe(signedPart(answers[kind]));
      }),
      { numRuns: 500 },
    );
  });

  test("is never a valid event of a server unless it says the same", async () => {
    const verdict = await verifyServerKeys(answers.scoped, { serverName, kind: "scoped", now });
    if (verdict.status !== "valid") throw new Error(verdict.code);
    const signed = signedByServer(roomEvent(), { "ed25519:auto": keys.events });
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.jsonValue(), damaged(signed)), async (object) => {
        const judged = await verifyServerSigned(object, serverName, "events", verdict.keys, { kind: "scoped", now });
        if (judged.status === "valid") expect(signedPart(object)).toBe(signedPart(signed));
      }),
      { numRuns: 500 },
    );
  });

  test("is never a signed event of a user unless it says the same", async () => {
    const signed = await alice.sign(message);
    const options = { algorithms: [ed25519()], keys: alice.served };
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.jsonValue().map((content) => ({ ...signed, content })),
          damaged(signed),
        ),
        async (event) => {
          const { state } = await verifyEvent((event ?? {}) as SignedEvent, options);
          if (state !== "signed") return;
          const { type, stateKey = "", content } = event as SignedEvent;
          expect([type, stateKey, signedPart(content)]).toEqual([signed.type, "", signedPart(signed.content)]);
        },
      ),
      { numRuns: 500 },
    );
  });
});
