import { describe, expect, it } from "vitest";
import { canonicalJson } from "../../src/encoding/canonical-json.js";
import { chainEvents, emptyChain } from "../../src/model/history/chain.js";
import { compareHistories } from "../../src/model/history/compare-histories.js";
import type { HistoryEntry, HistoryEvent } from "../../src/model/history/history-entry.js";
import { verifyHistory } from "../../src/model/history/verify-history.js";
import { logOf, masterKey, minute, sampleTrace, sighting } from "../support/history.js";

const log = logOf([
  sighting("A"),
  sighting("X", 1, { userId: "@bob:example.org" }),
  sighting("B", 4, { attestedAt: minute(3) }),
  sighting("C", 5),
]);
const lines = log.trimEnd().split("\n");
const entries = verifyHistory(log).entries;

/** The log with entry `index` rewritten, as somebody does who does not know of the chain. */
function altered(index: number, changes: Partial<HistoryEntry>): string {
  return lines.map((line, at) => (at === index ? canonicalJson({ ...JSON.parse(line), ...changes }) : line)).join("\n");
}

/** A log of `events` chained from the beginning, as somebody writes who knows the chain and not the rules. */
function forged(events: readonly HistoryEvent[]): string {
  return chainEvents(emptyChain, events).map(canonicalJson).join("\n");
}

describe("a log that somebody changed", () => {
  it("shows every change of any entry but the last in the entry behind it", () => {
    for (const changes of [
      { masterKey: masterKey("M") },
      { at: 0 },
      { userId: "@m:x" },
      { signatures: [sampleTrace(9)] },
    ]) {
      for (const index of [0, 1, 2]) {
        const { isIntact, entries: good, fault } = verifyHistory(altered(index, changes));
        expect(isIntact).toBe(false);
        expect(good.length).toBeLessThanOrEqual(index + 1);
        expect(["previous", "impossible"]).toContain(fault);
      }
    }
  });

  it("shows a single character that was changed, wherever it stands, in the last line against a copy", () => {
    for (let index = 0; index < log.length; index += 13) {
      const changed = `${log.slice(0, index)}${log[index] === "0" ? "1" : "0"}${log.slice(index + 1)}`;
      const { relation } = compareHistories(log, changed);
      expect(["broken", "diverged"]).toContain(relation);
    }
  });

  it.each<[string, string, number, string]>([
    ["an entry taken out", [lines[0], lines[2], lines[3]].join("\n"), 1, "sequence"],
    ["the first taken out", lines.slice(1).join("\n"), 0, "sequence"],
    ["two exchanged", [lines[0], lines[2], lines[1], lines[3]].join("\n"), 1, "sequence"],
    ["one twice", [lines[0], lines[0], ...lines.slice(1)].join("\n"), 1, "sequence"],
    [
      "an entry taken out and the rest counted anew",
      [lines[0], altered(2, { sequence: 1 }).split("\n")[2]].join("\n"),
      1,
      "previous",
    ],
    ["an empty line", [lines[0], "", ...lines.slice(1)].join("\n"), 1, "malformed"],
    ["a member that no entry has", altered(1, { trusted: true } as object), 1, "malformed"],
    ["a kind of no list", altered(1, { kind: "trusted" } as object), 1, "malformed"],
    ["white space", log.replace('"kind":', '"kind": '), 0, "malformed"],
    ["a key given twice", log.replace('{"at":', '{"at":0,"at":'), 0, "malformed"],
    ["a time as a float", log.replace(/"at":\d+/, '"at":0.5'), 0, "malformed"],
    ["a line without end", `${lines[0]}\n${"[".repeat(1 << 20)}`, 1, "malformed"],
    ["something that is none", '{"__proto__":{"kind":"first-seen"}}', 0, "malformed"],
  ])("is refused with %s, from there on", (_what, text, good, fault) => {
    const verified = verifyHistory(text);
    expect(verified).toMatchObject({ isIntact: false, fault });
    expect(verified.entries).toEqual(entries.slice(0, good));
  });

  it("is refused unread beyond its bound", () => {
    expect(verifyHistory("x".repeat(2 ** 26 + 1))).toMatchObject({ isIntact: false, fault: "too-large", entries: [] });
  });
});

describe("a log that somebody wrote anew, chain and all", () => {
  const event = (kind: HistoryEvent["kind"], name: string, changes: Partial<HistoryEvent> = {}): HistoryEvent => {
    const { userId, masterKey, at, signatures } = sighting(name);
    return { kind, userId, masterKey, at, signatures, ...changes };
  };
  const first = event("first-seen", "A");
  const reattested = event("re-attested", "B", { attestedAt: minute(2) });

  it.each<[string, HistoryEvent[]]>([
    ["a second first key", [first, event("first-seen", "B")]],
    ["a user who changed before being seen", [event("changed", "A")]],
    ["a re-attestation by an older signature", [first, event("re-attested", "B", { attestedAt: minute(-1) })]],
    ["a re-attestation of a superseded key", [first, reattested, event("re-attested", "A", { attestedAt: minute(9) })]],
    ["a change to the pin", [first, event("changed", "A")]],
    ["a roll-back to what was never superseded", [first, event("rolled-back", "B")]],
    ["an acceptance of the pin", [first, event("accepted", "A", { acceptedAt: minute(2) })]],
    ["an acceptance of a superseded key", [first, reattested, event("accepted", "A", { acceptedAt: minute(9) })]],
    ["an acceptance older than the pin", [first, event("accepted", "B", { acceptedAt: minute(0) })]],
    ["a tenth contending key", [first, ...Array.from({ length: 9 }, (_, i) => event("changed", `${i}`))]],
  ])("cannot tell of %s", (_what, events) => {
    expect(verifyHistory(forged(events))).toMatchObject({ isIntact: false, fault: "impossible" });
    expect(verifyHistory(forged(events)).entries).toHaveLength(events.length - 1);
  });

  it("is found by a copy of before, whatever it tells", () => {
    const anew = forged([
      first,
      event("first-seen", "X", { userId: "@bob:example.org" }),
      reattested,
      event("changed", "M"),
    ]);
    expect(verifyHistory(anew).isIntact).toBe(true);
    expect(compareHistories(log, anew)).toMatchObject({ relation: "diverged" });
    expect(compareHistories(log, lines.slice(0, 3).join("\n"))).toMatchObject({ relation: "first-extends", common: 3 });
  });
});
