import { expect, it } from "vitest";
import { judgePin } from "../../src/model/history/judge-pin.js";
import { verifyHistory } from "../../src/model/history/verify-history.js";
import { exportLog, historiesOf } from "../../src/store/stored-history.js";
import { logOf, masterKey, minute, sighting } from "../support/history.js";

const alice = "@alice:example.org";
const records = verifyHistory(
  logOf([sighting("A"), sighting("B", 3, { attestedAt: minute(2) }), sighting("C", 4)]),
).entries;
const [first, second, third] = records;

it.each<[string, object]>([
  ["a first key of somebody who is known", { kind: "first-seen", masterKey: masterKey("M") }],
  ["a first key that was superseded", { kind: "first-seen", masterKey: masterKey("A") }],
  ["a re-attestation of a superseded key", { kind: "re-attested", masterKey: masterKey("A"), attestedAt: minute(9) }],
  ["a re-attestation older than the pin", { kind: "re-attested", masterKey: masterKey("M"), attestedAt: minute(1) }],
  ["a re-attestation without a time", { kind: "re-attested", masterKey: masterKey("M") }],
  ["an acceptance of a superseded key", { kind: "accepted", masterKey: masterKey("A"), acceptedAt: minute(9) }],
  ["an acceptance without a time", { kind: "accepted", masterKey: masterKey("M") }],
  ["a change of the pin", { kind: "changed", masterKey: masterKey("B") }],
  ["a roll-back to the pin", { kind: "rolled-back", masterKey: masterKey("B") }],
  ["something else's entry", { kind: "trusted", masterKey: masterKey("M") }],
])("moves no pin for %s that was written into the database", (_what, changes) => {
  const planted = { ...third, sequence: 3, previous: "0".repeat(64), ...changes };
  const known = historiesOf([...records, planted]).get(alice);
  expect(judgePin(known, masterKey("B")).state).toBe("same");
  expect(judgePin(known, masterKey("A"), minute(99)).state).toBe("superseded");
  expect(judgePin(known, masterKey("M")).state).toBe("changed");
  expect(verifyHistory(exportLog([...records, planted])).isIntact).toBe(false);
});

it("knows a user whose first entries were destroyed, and pins nothing for them until the user says so", () => {
  for (const rest of [[second, third], [third], []]) {
    const known = historiesOf([{ ...first, at: "yesterday" }, ...rest]).get(alice);
    for (const name of ["A", "B", "C", "M"]) expect(judgePin(known, masterKey(name), minute(99)).state).toBe("changed");
  }
});

it("reads nothing from what is no entry", () => {
  const strangers = [null, 5, "text", [], new Map(), { userId: 7 }, Object.create(first ?? null)];
  expect(historiesOf(strangers).size).toBe(0);
});
