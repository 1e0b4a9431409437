import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { judgePin, pinOf, signedAt } from "../../src/model/history/judge-pin.js";
import type { KeySighting, UserHistory } from "../../src/model/history/key-history.js";
import { maxContending, nextEvents } from "../../src/model/history/next-event.js";
import { traceSignatures } from "../../src/model/history/trace-signatures.js";
import type { SignatureReport } from "../../src/model/report.js";
import type { SignerCertificate } from "../../src/model/signer-certificate.js";
import { sampleKey, sampleNow } from "../support/cached-reports.js";
import { masterKey, minute, outcomeOf, sampleTrace, sighting } from "../support/history.js";

const attested = (name: string, at: number, signed: number): KeySighting =>
  sighting(name, at, { attestedAt: minute(signed) });
const accepted = (name: string, at: number): KeySighting => sighting(name, at, { acceptedAt: minute(at) });

describe("what becomes of keys seen one after the other", () => {
  it.each<[string, KeySighting[], string, string]>([
    ["the first key is the pin", [sighting("A")], "first-seen", "A pinned"],
    [
      "the same again says nothing new",
      [sighting("A"), sighting("A", 1), attested("A", 2, 1)],
      "first-seen",
      "A pinned",
    ],
    ["another key only contends", [sighting("A"), sighting("B", 1)], "first-seen changed", "A pinned, B contending"],
    [
      "a server that flips keys writes one entry, and the pin stays itself",
      [sighting("A"), sighting("B", 1), sighting("A", 2), sighting("B", 3), sighting("A", 4)],
      "first-seen changed",
      "A pinned, B contending",
    ],
    [
      "a key that was signed since takes over",
      [sighting("A"), attested("B", 5, 1)],
      "first-seen re-attested",
      "A superseded, B pinned",
    ],
    [
      "one that contended at first, too",
      [sighting("A"), sighting("B", 1), attested("B", 5, 2)],
      "first-seen changed re-attested",
      "A superseded, B pinned",
    ],
    [
      "a signature from before the pin was seen convinces of nothing",
      [sighting("A"), attested("B", 5, -1)],
      "first-seen changed",
      "A pinned, B contending",
    ],
    [
      "nor does one of that very moment",
      [sighting("A"), attested("B", 5, 0)],
      "first-seen changed",
      "A pinned, B contending",
    ],
    [
      "the word of the user's app is enough",
      [sighting("A"), sighting("B", 1), accepted("B", 2)],
      "first-seen changed accepted",
      "A superseded, B pinned",
    ],
    ["about the pin there is nothing to accept", [sighting("A"), accepted("A", 2)], "first-seen", "A pinned"],
    ["a first key needs no accepting", [accepted("A", 2)], "first-seen", "A pinned"],
    [
      "a superseded key is noted once and moves nothing, whoever signed it",
      [sighting("A"), attested("B", 2, 1), sighting("A", 3), attested("A", 9, 8), sighting("A", 10)],
      "first-seen re-attested rolled-back",
      "A superseded again, B pinned",
    ],
    [
      "what contended before another took over is superseded, what came later is not",
      [sighting("A"), sighting("B", 1), sighting("C", 2), sighting("D", 3), accepted("C", 4)],
      "first-seen changed changed changed accepted",
      "A superseded, B superseded, C pinned, D contending",
    ],
    [
      "nor does the user's own word bring a superseded key back",
      [sighting("A"), accepted("B", 1), accepted("A", 3), sighting("B", 4)],
      "first-seen accepted rolled-back",
      "A superseded again, B pinned",
    ],
    [
      "a decision from before the pin was seen, as another device made it, decides nothing",
      [sighting("B", 5), sighting("A", 6, { acceptedAt: minute(4) }), sighting("A", 7, { acceptedAt: minute(5) })],
      "first-seen changed",
      "B pinned, A contending",
    ],
    [
      "keys take over one after the other",
      [sighting("A"), attested("B", 2, 1), attested("C", 4, 3), attested("B", 6, 5)],
      "first-seen re-attested re-attested rolled-back",
      "A superseded, B superseded again, C pinned",
    ],
    [
      "a signature is measured against the pin of then, not the first one",
      [sighting("A"), attested("B", 5, 1), attested("C", 6, 4)],
      "first-seen re-attested changed",
      "A superseded, B pinned, C contending",
    ],
  ])("%s", (_rule, sightings, kinds, keys) => {
    const result = outcomeOf(sightings);
    const told = result.known?.keys.map((key) => `${key.masterKey[0]} ${key.state}${key.isRolledBack ? " again" : ""}`);
    expect(told?.join(", ")).toBe(keys);
    expect(result.kinds.join(" ")).toBe(kinds);
  });

  it("keeps when each key was first seen, however often and whenever it comes again", () => {
    const { known } = outcomeOf([sighting("A", 1), sighting("B", 5), sighting("B", 3), attested("B", 9, 8)]);
    expect(known?.keys.map(({ firstSeenAt }) => firstSeenAt)).toEqual([minute(1), minute(5)]);
  });

  it("notes no more contending keys than its bound, and lets one beyond take over all the same", () => {
    const flood = Array.from({ length: 100 }, (_, index) => sighting(index, 1));
    const { known, kinds } = outcomeOf([sighting("A"), ...flood]);
    expect(kinds).toHaveLength(1 + maxContending);
    expect(known && judgePin(known, masterKey(99)).state).toBe("changed");
    const later = outcomeOf([sighting("A"), ...flood, attested("B", 3, 2)]);
    expect(later.known && pinOf(later.known)?.masterKey).toBe(masterKey("B"));
    expect(later.known?.keys.filter(({ state }) => state === "superseded")).toHaveLength(1 + maxContending);
  });

  it("never lets one user's keys decide about another's, the own user's reset included", () => {
    const me = "@me:example.org";
    const users = new Map<string, UserHistory>();
    nextEvents(users, [sighting("M", 0, { userId: me }), sighting("A"), sighting("B", 0, { userId: "@bob:x" })]);
    const before = structuredClone([...users].filter(([userId]) => userId !== me));
    const reset = nextEvents(users, [
      sighting("N", 1, { userId: me }),
      sighting("N", 2, { userId: me, acceptedAt: minute(2) }),
    ]);
    expect(reset.map(({ userId, kind }) => `${userId} ${kind}`)).toEqual([`${me} changed`, `${me} accepted`]);
    expect([...users].filter(([userId]) => userId !== me)).toEqual(before);
    expect(judgePin(users.get("@alice:example.org"), masterKey("A")).state).toBe("same");
  });

  it("leaves out what is out of bounds, and of an entry's signatures those that cannot be read", () => {
    const users = new Map<string, UserHistory>();
    const bad = [
      { masterKey: "short" },
      { userId: "" },
      { userId: "\ud800" },
      { userId: "x".repeat(1025) },
      { at: 0.5 },
    ];
    expect(
      nextEvents(
        users,
        bad.map((changes) => sighting("A", 0, changes)),
      ),
    ).toEqual([]);
    expect(users.size).toBe(0);
    const signatures = [sampleTrace(0, { algorithm: "" }), ...Array.from({ length: 20 }, (_, i) => sampleTrace(i))];
    const [event] = nextEvents(users, [sighting("A", 0, { signatures })]);
    expect(event?.signatures).toEqual(signatures.slice(1, 17));
  });

  it("moves a pin only by a signature made since, or by the user's word, whatever comes in whatever order", () => {
    const any = fc.record({
      name: fc.constantFrom("A", "B", "C", "D"),
      at: fc.nat({ max: 20 }),
      signed: fc.option(fc.nat({ max: 20 })),
      decided: fc.option(fc.nat({ max: 20 })),
    });
    fc.assert(
      fc.property(fc.array(any, { maxLength: 30 }), (steps) => {
        const users = new Map<string, UserHistory>();
        for (const { name, at, signed, decided } of steps) {
          const before = users.get("@alice:example.org");
          const next = sighting(name, at, {
            ...(signed !== null && { attestedAt: minute(signed) }),
            ...(decided !== null && { acceptedAt: minute(decided) }),
          });
          const { state } = judgePin(before, next.masterKey, next.attestedAt, next.acceptedAt);
          nextEvents(users, [next]);
          const now = users.get("@alice:example.org");
          const pins = now?.keys.filter(({ state }) => state === "pinned");
          expect(pins).toHaveLength(1);
          if (!before || state === "re-attested" || state === "accepted")
            expect(pins?.[0]?.masterKey).toBe(next.masterKey);
          else expect(pins?.[0]?.masterKey).toBe(pinOf(before)?.masterKey);
          const wasSuperseded = before?.keys.filter(({ state }) => state === "superseded") ?? [];
          for (const { masterKey } of wasSuperseded) {
            expect(now?.keys.find((key) => key.masterKey === masterKey)?.state).toBe("superseded");
          }
        }
      }),
      { numRuns: 200 },
    );
  });
});

describe("when a signature was made", () => {
  const certificate = { notBefore: minute(3), isNamedInSignature: true } as SignerCertificate;

  it("is its own word, else the beginning of the certificate that it names, else unknown", () => {
    const valid = { status: "valid", code: "valid" } as const;
    expect(signedAt({ ...valid, createdAt: minute(1), certificate })).toBe(minute(1));
    expect(signedAt({ ...valid, certificate })).toBe(minute(3));
    expect(signedAt({ ...valid, certificate: { ...certificate, isNamedInSignature: false } })).toBeUndefined();
    expect(signedAt(valid)).toBeUndefined();
    expect(judgePin(outcomeOf([sighting("A")]).known, masterKey("B"), signedAt(valid)).state).toBe("changed");
  });
});

describe("what is remembered of signatures", () => {
  const report = (index: number, changes: Partial<SignatureReport> = {}): SignatureReport => {
    const { keyHash = "", ...trace } = sampleTrace(index);
    const signer = { fingerprint: "F", keyHash, names: ["Alice"] };
    return { ...trace, keyId: `k${index}`, code: "valid", userId: "@alice:example.org", signer, ...changes };
  };
  const flood = Array.from({ length: 200 }, (_, i) => report(i, { status: "invalid", code: "bad-signature" }));

  it("is the valid ones before any flood of others, each once, whatever the order", () => {
    const reports = [...flood, report(500), report(501), report(500)];
    const traces = traceSignatures(reports);
    expect(traces).toHaveLength(16);
    expect(
      traces
        .slice(0, 2)
        .map(({ keyHash }) => keyHash)
        .sort(),
    ).toEqual([sampleKey(500), sampleKey(501)].sort());
    expect(traceSignatures(reports.reverse())).toEqual(traces);
  });

  it("leaves out what does not fit: a key ID that is a whole key, a time that is none", () => {
    const [trace] = traceSignatures([report(0, { keyId: "k".repeat(5000), createdAt: 0.5 })]);
    expect(trace).toEqual({
      algorithm: "org.openpgp.signature",
      status: "valid",
      keyHash: sampleKey(0),
      valueHash: sampleKey(1000),
    });
    expect(outcomeOf([sighting("A", 0, { at: sampleNow, signatures: trace ? [trace] : [] })]).kinds).toEqual([
      "first-seen",
    ]);
  });
});
