import { Countersign, type MatrixClientLike } from "matrix-countersign";
import { memoryStore } from "matrix-countersign/store";
import { describe, expect, it, onTestFinished } from "vitest";
import { ed25519 } from "../../src/algorithms/ed25519/index.js";
import type { EmbeddedUser } from "../support/embedded-user.js";
import { makeCrossSigningKeys } from "../support/homeserver-account.js";
import { teamStage, uploadKeys } from "../support/team-stage.js";

/** A user's own side, with a secret storage that holds the private master key. */
async function ownSide(user: EmbeddedUser, secrets = new Map<string, string>()): Promise<Countersign> {
  secrets.set("m.cross_signing.master", user.keys.master.seed);
  const secretStorage = {
    get: async (name: string) => secrets.get(name),
    store: async (name: string, secret: string) => void secrets.set(name, secret),
  };
  const client: MatrixClientLike = { ...user.client, secretStorage };
  const own = await Countersign.create(client, { algorithms: [ed25519()], store: memoryStore(), outbox: "manual" });
  onTestFinished(() => own.close());
  return own;
}

async function identityOf(own: Countersign, userId: string) {
  const identity = (await own.fetch([userId])).get(userId);
  if (!identity) throw new Error("no identity");
  return identity;
}

const authenticate = (user: EmbeddedUser) => async () => ({
  type: "m.login.password",
  identifier: { type: "m.id.user", user: user.account.userId },
  password: "password",
});

describe("vouching for others", () => {
  it("is done with a key of one's own, and counted once the other publishes what they are handed", async () => {
    const { anchor, user, employ, reader } = await teamStage("synapse-1.161");
    const [carol, alice] = [await user("carol"), await user("alice")];
    const [own, hers] = [await ownSide(carol), await ownSide(alice)];
    const { object, isServed } = await own.createPublicUserKey();
    expect(isServed).toBe(false);
    await employ(carol);
    const identity = await identityOf(own, alice.account.userId);
    const vouch = await own.vouchFor(identity, { publicUserKey: object, lifetimeMs: 60_000 });
    expect(vouch).toMatchObject({ masterKey: alice.keys.master.publicKey, isServed: false });
    await hers.publish(await hers.accept(await hers.prepare({ algorithm: "org.ietf.ed25519" }), vouch.output));
    const vouchingUsers = [{ userId: carol.account.userId, publicUserKeys: [object] }];
    const assess = await reader({ anchors: [anchor], vouchingUsers });
    expect(await assess(alice.account.userId)).toMatchObject({ level: "trusted", path: [{}, { kind: "user" }] });
  });

  it("reaches everybody at once where the server knows such keys, and ends when the key is replaced", async () => {
    const { anchor, user, employ, reader } = await teamStage();
    const [carol, alice] = [await user("carol"), await user("alice")];
    const own = await ownSide(carol);
    await employ(carol);
    const make = () => own.createPublicUserKey({ authenticate: authenticate(carol) });
    expect(await make()).toMatchObject({ isServed: true });
    const identity = await identityOf(own, alice.account.userId);
    expect(await own.vouchFor(identity)).toMatchObject({ isServed: true });
    const assess = await reader({ anchors: [anchor], vouchingUsers: [carol.account.userId] });
    expect((await assess(alice.account.userId)).level).toBe("trusted");
    await make();
    expect((await assess(alice.account.userId)).level).toBe("unproven");
  });

  it("signs no key that was replaced meanwhile, nor one's own, nor with a key that cannot be had", async () => {
    const { user } = await teamStage();
    const [carol, alice] = [await user("carol"), await user("alice")];
    const secrets = new Map<string, string>();
    const own = await ownSide(carol, secrets);
    const identity = await identityOf(own, alice.account.userId);
    await expect(own.vouchFor(identity)).rejects.toMatchObject({ code: "ERR_VOUCH_KEY_MISSING" });
    const { object: publicUserKey } = await own.createPublicUserKey();
    const myself = await identityOf(own, carol.account.userId);
    await expect(own.vouchFor(myself, { publicUserKey })).rejects.toMatchObject({ code: "ERR_OPTION_INVALID" });
    secrets.set("m.cross_signing.public_user_signing", carol.keys.master.seed);
    await expect(own.vouchFor(identity, { publicUserKey })).rejects.toMatchObject({ code: "ERR_VOUCH_KEY_MISSING" });
    await uploadKeys(alice, makeCrossSigningKeys(alice.account.userId).body);
    await expect(own.vouchFor(identity, { publicUserKey })).rejects.toMatchObject({ code: "ERR_VOUCH_CHANGED" });
  });

  it("needs the private master key and a secret storage that can be written", async () => {
    const { user } = await teamStage();
    const carol = await user("carol");
    for (const secretStorage of [
      undefined,
      { get: async () => carol.keys.userSigning.seed, store: async () => {} },
      { get: async () => carol.keys.master.seed },
    ]) {
      const client = { ...carol.client, ...(secretStorage && { secretStorage }) };
      const own = await Countersign.create(client, { store: memoryStore(), outbox: "manual" });
      onTestFinished(() => own.close());
      await expect(own.createPublicUserKey()).rejects.toMatchObject({ code: "ERR_VOUCH_KEY_MISSING" });
    }
  });
});
