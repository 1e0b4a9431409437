import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { canonicalJson } from "../../src/encoding/canonical-json.js";
import { compareHistories } from "../../src/model/history/compare-histories.js";
import { verifyHistory } from "../../src/model/history/verify-history.js";
import { logOf, masterKey, minute, sighting } from "../support/history.js";

const bob = "@bob:example.org";
const sightings = [
  sighting("A"),
  sighting("X", 1, { userId: bob }),
  sighting("B", 2),
  sighting("B", 4, { attestedAt: minute(3) }),
  sighting("A", 5),
  sighting("Y", 6, { userId: bob, acceptedAt: minute(6) }),
];
const log = logOf(sightings);

describe("an exported log", () => {
  it("is one entry a line in canonical JSON, each with the SHA-256 of the line before", () => {
    const lines = log.split("\n");
    expect(lines.pop()).toBe("");
    expect(lines).toHaveLength(6);
    let previous = "0".repeat(64);
    for (const [index, line] of lines.entries()) {
      const entry = JSON.parse(line) as { previous: string; sequence: number };
      expect(canonicalJson(entry)).toBe(line);
      expect(entry).toMatchObject({ previous, sequence: index });
      previous = createHash("sha256").update(line).digest("hex");
    }
    expect(verifyHistory(log).head).toBe(previous);
  });

  it("is found intact, and tells again what the store knew", () => {
    const verified = verifyHistory(log);
    expect(verified).toMatchObject({ isIntact: true });
    expect(verified.fault).toBeUndefined();
    expect(verified.entries.map(({ kind }) => kind)).toEqual([
      "first-seen",
      "first-seen",
      "changed",
      "re-attested",
      "rolled-back",
      "accepted",
    ]);
    expect(verified.users.get(bob)?.keys.map(({ state }) => state)).toEqual(["superseded", "pinned"]);
    expect(verifyHistory(log.trimEnd()).isIntact).toBe(true);
  });

  it("may be empty", () => {
    expect(verifyHistory("")).toEqual({ isIntact: true, entries: [], users: new Map(), head: "0".repeat(64) });
  });
});

describe("two logs", () => {
  const shorter = logOf(sightings.slice(0, 4));

  it("are the same, or one extends the other", () => {
    expect(compareHistories(log, log)).toMatchObject({ relation: "same", common: 6, users: [] });
    expect(compareHistories(log, shorter)).toMatchObject({ relation: "first-extends", common: 4 });
    expect(compareHistories(shorter, log)).toMatchObject({ relation: "second-extends", common: 4 });
    expect(compareHistories("", log)).toMatchObject({ relation: "second-extends", common: 0 });
    expect(compareHistories("", "")).toMatchObject({ relation: "same", common: 0 });
  });

  it("diverge where one of them was written differently", () => {
    const other = logOf([...sightings.slice(0, 3), sighting("C", 3), ...sightings.slice(3)]);
    expect(compareHistories(log, other)).toMatchObject({ relation: "diverged", common: 3 });
  });

  it("of two devices name the users whom the server showed them differently, and nobody whom one alone knows", () => {
    const phone = logOf([sighting("A"), sighting("X", 1, { userId: bob }), sighting("K", 2, { userId: "@carol:x" })]);
    const laptop = logOf([sighting("X", 7, { userId: bob }), sighting("M", 8), sighting("D", 9, { userId: "@dan:x" })]);
    expect(compareHistories(phone, laptop)).toMatchObject({ relation: "diverged", common: 0 });
    expect(compareHistories(phone, laptop).users).toEqual([
      {
        userId: "@alice:example.org",
        firstPin: masterKey("A"),
        secondPin: masterKey("M"),
        onlyInFirst: [masterKey("A")],
        onlyInSecond: [masterKey("M")],
      },
    ]);
    const moved = [sighting("A", 0), sighting("B", 1)];
    const [decided, undecided] = [logOf([...moved, sighting("B", 2, { acceptedAt: minute(2) })]), logOf(moved)];
    expect(compareHistories(decided, undecided).users).toEqual([
      {
        userId: "@alice:example.org",
        firstPin: masterKey("B"),
        secondPin: masterKey("A"),
        onlyInFirst: [],
        onlyInSecond: [],
      },
    ]);
  });

  it("say nothing about each other where one is broken", () => {
    const broken = log.replace("first-seen", "changed");
    const comparison = compareHistories(log, broken);
    expect(comparison).toMatchObject({
      relation: "broken",
      users: [],
      second: { isIntact: false, fault: "impossible" },
    });
    expect(compareHistories(broken, broken).relation).toBe("broken");
  });
});
