import { Countersign } from "matrix-countersign";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { cryptoOf } from "../../../examples/shared/matrix-user.js";
import { userOn } from "../../support/federated-users.js";
import { restartSynapse } from "../../support/restart-synapse.js";
import { isApprovedByServedKey, manifestInProfile } from "../../support/served-manifest.js";
import { ownSide, readingSide, serverOf, verdictOn } from "../../support/two-sides.js";
import { gnupgVoucher } from "../../support/voucher.js";

const minuteMs = 60_000;

let company: Awaited<ReturnType<typeof gnupgVoucher>>;

beforeAll(async () => {
  company = await gnupgVoucher();
});

afterAll(() => company.dispose());

const onKey = {
  "1.163.2": {
    route: "signatures-upload",
    accepted: true,
    stored: true,
    visibleTo: "uploader",
    proof: "read-back",
    recall: "never",
    remarks: [],
  },
  "1.152.1": {
    route: "signatures-upload",
    accepted: false,
    stored: false,
    error: expect.objectContaining({ code: "ERR_ROUTE_UNAVAILABLE" }),
    visibleTo: "nobody",
    proof: "read-back",
    recall: "never",
    remarks: [],
  },
} as const;

const inProfile = {
  route: "profile-field",
  accepted: true,
  stored: true,
  visibleTo: "everyone",
  proof: "inferred",
  recall: "removable",
  remarks: ["needs-profile-fields"],
} as const;

describe.each(["1.163.2", "1.152.1"] as const)("on a real Synapse %s", (version) => {
  it("an owner's GnuPG key vouches for their master key, another user verifies it, until the owner takes it back", async () => {
    const [owner, reader] = [await userOn(version, "owner"), await userOn(version, "reader")];
    let now = Date.now();
    const reading = await readingSide(reader, company, serverOf(owner), { now: () => now });
    expect(await verdictOn(reading, owner.userId)).toMatchObject({
      level: "unproven",
      reasons: [{ code: "no-signature" }],
    });

    // In a browser the default store is IndexedDB.
    const own = await Countersign.create(owner.client, { algorithms: [company.algorithm] });
    onTestFinished(() => own.close());
    const signature = await company.vouchFor(own);
    const { keyId, masterKey } = signature;
    expect(await own.publish(signature)).toEqual({
      userId: owner.userId,
      keyId,
      published: true,
      visibleTo: "everyone",
      routes: [onKey[version], inProfile],
      advice: [],
    });
    expect(await own.outbox()).toEqual([]);
    const published = await manifestInProfile(reader, owner.userId);
    expect(await isApprovedByServedKey(published, reader, owner.userId)).toBe(true);

    // Asked before, the reader believes for ten minutes that there is nothing, unless they want to know.
    const trusted = await verdictOn(reading, owner.userId, { fresh: true });
    expect(trusted).toMatchObject({ level: "trusted", masterKey, reasons: [{ code: "vouched", anchorId: "company" }] });
    expect(trusted.problems).toEqual([]);
    expect(trusted.reports).toMatchObject([{ status: "valid", signer: { fingerprint: company.fingerprint } }]);
    expect(await verdictOn(reading, reader.userId)).toMatchObject({ level: "unproven" });
    const elsewhere = await readingSide(reader, company, "elsewhere.example");
    expect(await verdictOn(elsewhere, owner.userId)).toMatchObject({
      level: "unproven",
      reasons: [{ code: "out-of-scope" }],
    });

    const withdrawn = await own.withdraw(keyId);
    const hangsOnKey = version === "1.163.2";
    expect(withdrawn).toEqual({
      userId: owner.userId,
      keyId,
      withdrawn: true,
      complete: true,
      listed: [{ key: expect.any(String) }, { key: expect.any(String), value: expect.any(String) }],
      relabelled: [],
      places: [{ route: "profile-field", done: true }],
      ...(hangsOnKey && {
        staysOnKey: { server: `${serverOf(owner)} (synapse 1.163.2)`, text: expect.stringContaining("no server") },
      }),
    });
    expect(await own.outbox()).toEqual([]);
    const after = await manifestInProfile(reader, owner.userId);
    expect(after).toMatchObject({ external: {}, withdrawn: expect.arrayContaining([...withdrawn.listed]) });
    expect(await isApprovedByServedKey(after, reader, owner.userId)).toBe(true);

    // What hangs on the key, by accident seen by others too, and what somebody kept, counts no longer.
    const takenBack = hangsOnKey
      ? { level: "rejected", reasons: [{ code: "withdrawn", keyId, anchorId: "company" }] }
      : { level: "unproven", reasons: [{ code: "no-signature" }] };
    const another = await readingSide(reader, company, serverOf(owner));
    expect(await verdictOn(another, owner.userId)).toMatchObject(takenBack);
    await another.importBundle({ manifests: [published] });
    expect(await verdictOn(another, owner.userId)).toMatchObject({
      level: "rejected",
      reasons: [{ code: "withdrawn" }],
    });
    now += 10 * minuteMs;
    expect(await verdictOn(reading, owner.userId)).toMatchObject(takenBack);

    // Element's own stack goes on seeing the owner.
    expect(await cryptoOf(reader.client).userHasCrossSigningKeys(owner.userId, true)).toBe(true);
  });
});

it("on Synapse 1.163.2 the vouch outlives a restart, and can be taken back after it", async () => {
  const [owner, reader] = [await userOn("1.163.2", "owner"), await userOn("1.163.2", "reader")];
  const own = await ownSide(owner, company);
  const { keyId } = await own.publish(await company.vouchFor(own));
  await restartSynapse("1.163.2");
  const reading = await readingSide(reader, company, serverOf(owner));
  // What was on the key is gone for everybody but its owner.
  expect(await verdictOn(reading, owner.userId)).toMatchObject({
    level: "trusted",
    reports: [{ seenIn: ["profile-field"] }],
  });
  await own.withdraw(keyId);
  expect(await verdictOn(reading, owner.userId, { fresh: true })).toMatchObject({
    level: "rejected",
    reasons: [{ code: "withdrawn" }],
  });
});
