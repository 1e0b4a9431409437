import { describe, expect, it } from "vitest";
import type { ProfileName } from "../../examples/homeserver/server.js";
import { cryptoOf } from "../../examples/shared/matrix-user.js";
import { roomWithOpenState } from "../support/federated-users.js";
import { isApprovedByServedKey, manifestInProfile, manifestName } from "../support/served-manifest.js";
import { syncingUser } from "../support/syncing-user.js";
import { ownSide, readingSide, serverOf, verdictOn } from "../support/two-sides.js";
import { stampVoucher } from "../support/voucher.js";

/** What a receipt says of a route, in short: who sees it and how that is known, or why it is not stored. */
type InShort = string;

interface Expectation {
  /** Of `signatures-upload` and `profile-field`, and of `bundle` where nothing of that reaches everybody. */
  readonly routes: readonly InShort[];
  readonly advice: readonly string[];
  readonly seenIn: readonly string[];
  /** What the reader says when it is taken back. */
  readonly takenBack: "rejected" | "unproven";
  /** Whether the server goes on serving the signature on the key. */
  readonly staysOnKey: boolean;
}

const everyone = "profile-field: everyone, inferred, needs-profile-fields";

const onKeyAndInProfile = (onKey: InShort): Expectation => ({
  routes: [onKey, everyone],
  advice: [],
  seenIn: ["master-key", "profile-field"],
  takenBack: "rejected",
  staysOnKey: true,
});

const inProfileAlone = (onKey: InShort): Expectation => ({
  routes: [onKey, everyone],
  advice: [],
  seenIn: ["profile-field"],
  takenBack: "unproven",
  staysOnKey: false,
});

const expectations: Readonly<Record<ProfileName, Expectation>> = {
  msc2961: onKeyAndInProfile("signatures-upload: unknown, read-back"),
  "synapse-strict": inProfileAlone("signatures-upload: ERR_ROUTE_UNAVAILABLE"),
  "synapse-1.161": onKeyAndInProfile("signatures-upload: uploader, read-back"),
  dendrite: {
    routes: [
      "signatures-upload: own-server, inferred",
      "profile-field: ERR_ROUTE_UNAVAILABLE",
      "bundle: nobody, read-back",
    ],
    advice: ["name-a-room", "ask-for-profile-fields", "serve-the-bundle"],
    seenIn: ["master-key"],
    takenBack: "rejected",
    staysOnKey: true,
  },
  continuwuity: onKeyAndInProfile("signatures-upload: own-server, inferred"),
  tuwunel: inProfileAlone("signatures-upload: ERR_ROUTE_UNAVAILABLE"),
  "silent-drop": inProfileAlone("signatures-upload: ERR_PUBLISH_FAILED"),
};

describe.each(Object.entries(expectations) as [ProfileName, Expectation][])(
  "on a server like %s",
  (profile, expected) => {
    const hasProfileFields = profile !== "dendrite";

    it("a vouch is published, verified by another user and taken back, and every receipt is true", async () => {
      const baseUrl = `${location.origin}/_homeserver/${profile}/${crypto.randomUUID()}`;
      const [owner, reader] = [await syncingUser(baseUrl, "owner"), await syncingUser(baseUrl, "reader")];
      const company = await stampVoucher();
      const own = await ownSide(owner, company);
      const reading = await readingSide(reader, company, serverOf(owner));
      const receipt = await own.publish(await company.vouchFor(own));
      expect(receipt).toMatchObject({ published: true, userId: owner.userId });
      expect(receipt.routes.map(inShort)).toEqual(expected.routes);
      expect(receipt.advice.map(({ code }) => code)).toEqual(expected.advice);
      expect(await own.outbox()).toEqual([]);
      if (hasProfileFields) {
        const manifest = await manifestInProfile(reader, owner.userId);
        expect(await isApprovedByServedKey(manifest, reader, owner.userId)).toBe(true);
      }

      const verdict = await verdictOn(reading, owner.userId);
      expect(verdict).toMatchObject({
        level: "trusted",
        problems: [],
        reports: [{ status: "valid", seenIn: expected.seenIn }],
      });
      expect(await cryptoOf(reader.client).userHasCrossSigningKeys(owner.userId, true)).toBe(true);

      // Without profile fields a room is the one place that can take anything back.
      const rooms = hasProfileFields ? [] : [await roomWithOpenState(reader, [owner], manifestName)];
      const withdrawn = await own.withdraw(receipt.keyId, { rooms });
      expect(withdrawn).toMatchObject({ withdrawn: true, complete: true, relabelled: [] });
      expect(withdrawn.places).toEqual([
        hasProfileFields
          ? { route: "profile-field", done: true }
          : { route: "room-state", roomId: rooms[0], done: true },
      ]);
      expect(withdrawn.staysOnKey !== undefined).toBe(expected.staysOnKey);
      const after = await readingSide(reader, company, serverOf(owner), { rooms });
      expect(await verdictOn(after, owner.userId)).toMatchObject({ level: expected.takenBack, problems: [] });
    });

    it("a room carries it for the members, and what is taken back there counts no longer", async () => {
      const baseUrl = `${location.origin}/_homeserver/${profile}/${crypto.randomUUID()}`;
      const [owner, reader] = [await syncingUser(baseUrl, "owner"), await syncingUser(baseUrl, "reader")];
      const rooms = [await roomWithOpenState(reader, [owner], manifestName)];
      const company = await stampVoucher();
      const own = await ownSide(owner, company, { rooms });
      const reading = await readingSide(reader, company, serverOf(owner), { rooms });
      const receipt = await own.publish(await company.vouchFor(own), {
        routes: ["room-state"],
        observer: reader.client,
      });
      expect(receipt.routes).toEqual([
        {
          route: "room-state",
          roomId: rooms[0],
          accepted: true,
          stored: true,
          visibleTo: "room",
          proof: "observed",
          recall: "history",
          remarks: [],
        },
      ]);
      expect(await verdictOn(reading, owner.userId)).toMatchObject({
        level: "trusted",
        problems: [],
        reports: [{ seenIn: ["room-state"] }],
      });
      await own.withdraw(receipt.keyId);
      expect(await verdictOn(reading, owner.userId)).toMatchObject({ level: "unproven", problems: [] });
    });
  },
);

function inShort({
  route,
  stored,
  visibleTo,
  proof,
  remarks,
  error,
}: {
  readonly route: string;
  readonly stored: boolean;
  readonly visibleTo: string;
  readonly proof: string;
  readonly remarks: readonly string[];
  readonly error?: { readonly code: string };
}): InShort {
  return stored || !error ? `${route}: ${[visibleTo, proof, ...remarks].join(", ")}` : `${route}: ${error.code}`;
}
