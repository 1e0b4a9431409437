import type { JsonObject } from "matrix-countersign";
import { beforeAll, describe, expect, it } from "vitest";
import { toHex, utf8 } from "../../src/encoding/bytes.js";
import { publicKeyOfSeed } from "../../src/model/ed25519.js";
import { maxManifestBytes } from "../../src/model/manifest/manifest.js";
import {
  approveManifest,
  approvingKey,
  seenManifest,
  selfSigningKeyOf,
} from "../../src/model/manifest/manifest-approval.js";
import { type ManifestAuthor, makeAuthor, now, signedBy } from "../support/manifests.js";
import { makeCrossSigningKey } from "../support/matrix-keys.js";

let author: ManifestAuthor;
beforeAll(async () => {
  author = await makeAuthor();
});

describe("who approved a manifest", () => {
  it("is the self-signing key that the master key signed", async () => {
    const { owner, selfSigningKey, write, approve } = author;
    expect(await approvingKey(await approve(write(0)), owner)).toEqual({
      approvedBy: `ed25519:${selfSigningKey.publicKey}`,
      isBroken: false,
    });
  });

  it("is the master key where both approved it", async () => {
    const { owner, masterKey, masterKeyName, write, approve } = author;
    expect(await approvingKey(await approve(write(0), masterKey), owner)).toEqual({
      approvedBy: masterKeyName,
      isBroken: false,
    });
    const both = withSignatures(await approve(write(0)), signaturesOf(await approve(write(0), masterKey)));
    expect(await approvingKey(both, owner)).toEqual({ approvedBy: masterKeyName, isBroken: false });
  });

  it("is nobody where nobody signed it, which breaks nothing", async () => {
    const { owner, write } = author;
    expect(await approvingKey(write(0), owner)).toEqual({ isBroken: false });
    for (const signatures of [{}, { [owner.userId]: {} }, { "@bob:example.org": { "ed25519:x": "y" } }, [], null]) {
      expect(await approvingKey({ ...write(0), signatures }, owner)).toEqual({ isBroken: false });
    }
  });

  it("is nobody where something was changed", async () => {
    const { owner, write, approve } = author;
    const approved = await approve(write(0));
    expect(await approvingKey({ ...approved, sequence: now + 1 }, owner)).toEqual({ isBroken: true });
    expect(await approvingKey({ ...approved, note: 1.5 }, owner)).toEqual({ isBroken: true });
  });

  it("ignores other keys beside one that approved it", async () => {
    const { owner, selfSigningKey, write, approve } = author;
    const approvedBy = `ed25519:${selfSigningKey.publicKey}`;
    const beside = withSignatures(await approve(write(0)), { "ed25519:DEVICE": "c2ln", "custom:org.example:1": {} });
    expect(await approvingKey(beside, owner)).toEqual({ approvedBy, isBroken: false });
  });

  it("tells of a broken approval beside one that holds", async () => {
    const { owner, selfSigningKey, masterKeyName, write, approve } = author;
    const approvedBy = `ed25519:${selfSigningKey.publicKey}`;
    const beside = withSignatures(await approve(write(0)), { [masterKeyName]: "c2ln" });
    expect(await approvingKey(beside, owner)).toEqual({ approvedBy, isBroken: true });
  });

  it.each([7, null, {}, "", "c2ln", "%", "A".repeat(86), "A".repeat(40_000)])(
    "takes %j for no signature",
    async (value) => {
      const { owner, masterKeyName, write } = author;
      const signatures = { [owner.userId]: { [masterKeyName]: value } };
      expect(await approvingKey({ ...write(0), signatures }, owner)).toEqual({ isBroken: true });
    },
  );

  it("is nobody where only unknown keys of the owner signed it", async () => {
    const { owner, write, approve } = author;
    const stranger = await makeCrossSigningKey(owner.userId, "self_signing");
    expect(await approvingKey(await approve(write(0), stranger), owner)).toEqual({ isBroken: true });
  });

  it("is nobody where the master key is none", async () => {
    const { owner, write, approve } = author;
    const approved = await approve(write(0));
    const odd = { ...owner, masterKey: { ...owner.masterKey, purpose: "user-signing-key" as const } };
    expect(await approvingKey(approved, odd)).toEqual({ isBroken: true });
  });
});

describe("the self-signing key", () => {
  it("counts if it is this user's and signed by the master key", async () => {
    const { owner, masterKey, selfSigningKey } = author;
    expect(await selfSigningKeyOf(owner)).toBe(selfSigningKey.publicKey);
    const usersKey = await makeCrossSigningKey(owner.userId, "user_signing");
    const bobsKey = await makeCrossSigningKey("@bob:example.org", "self_signing");
    const otherMaster = await makeCrossSigningKey(owner.userId);
    for (const served of [
      undefined,
      {},
      selfSigningKey.object,
      await signedBy(otherMaster, selfSigningKey.object),
      await signedBy(masterKey, usersKey.object),
      await signedBy(masterKey, bobsKey.object),
      { ...(await signedBy(masterKey, selfSigningKey.object)), note: "changed" },
      { ...(await signedBy(masterKey, selfSigningKey.object)), device_id: "D" },
    ]) {
      expect(
        await selfSigningKeyOf({ ...owner, ...(served ? { selfSigningKey: served } : { selfSigningKey: {} }) }),
      ).toBe(undefined);
    }
  });
});

describe("approving a manifest", () => {
  const seed = Uint8Array.from({ length: 32 }, (_, index) => index);

  it("gives what readers take for approved, in place of older signatures", async () => {
    const { masterKey } = author;
    const publicKey = Buffer.from(await publicKeyOfSeed(seed))
      .toString("base64")
      .replace(/=+$/, "");
    const object = {
      user_id: masterKey.userId,
      usage: ["self_signing"],
      keys: { [`ed25519:${publicKey}`]: publicKey },
    };
    const owner = { ...author.owner, selfSigningKey: await signedBy(masterKey, object) };
    const old = await author.approve(author.write(0, { external: { 1: "c2ln" } }));
    const approved = await approveManifest(old, seed, publicKey);
    expect(approved).toEqual({
      ...old,
      signatures: { [owner.userId]: { [`ed25519:${publicKey}`]: expect.stringMatching(/^[A-Za-z0-9+/]{86}$/) } },
    });
    expect(await approvingKey(approved, owner)).toEqual({ approvedBy: `ed25519:${publicKey}`, isBroken: false });
    expect(toHex(seed)).toBe(toHex(Uint8Array.from({ length: 32 }, (_, index) => index)));
  });

  it("refuses a seed that is another key's", async () => {
    const { selfSigningKey, write } = author;
    const approval = approveManifest(write(0), seed, selfSigningKey.publicKey);
    await expect(approval).rejects.toMatchObject({ code: "ERR_MANIFEST_APPROVAL" });
  });

  it("refuses what would be too large with its approval", async () => {
    const publicKey = Buffer.from(await publicKeyOfSeed(seed))
      .toString("base64")
      .replace(/=+$/, "");
    const free = maxManifestBytes - utf8(JSON.stringify(author.write(0, { external: { 1: "" } }))).length;
    const full = author.write(0, { external: { 1: "x".repeat(free) } });
    await expect(approveManifest(full, seed, publicKey)).rejects.toMatchObject({ code: "ERR_MANIFEST_SIZE" });
  });

  it("refuses what has no canonical JSON", async () => {
    const odd = author.write(0, { external: { 1: { odd: 1.5 } } });
    await expect(approveManifest(odd, seed, "")).rejects.toMatchObject({ code: "ERR_JSON_VALUE" });
  });
});

describe("what is remembered of an approved manifest", () => {
  it("is the key, the sequence and the digest of what was signed", async () => {
    const { owner, selfSigningKey, masterKeyName, write, approve } = author;
    const manifest = await approve(write(5));
    const { digest, ...seen } = (await seenManifest(manifest, owner, now)) ?? { digest: "" };
    expect(seen).toEqual({
      userId: owner.userId,
      masterKey: masterKeyName,
      approvedBy: `ed25519:${selfSigningKey.publicKey}`,
      sequence: now + 5,
      manifest,
      seenAt: now,
    });
    expect(digest).toMatch(/^[0-9a-f]{64}$/);
    expect(digest).toBe((await seenManifest(await approve(write(5), author.masterKey), owner, now))?.digest);
    expect(await seenManifest(write(5), owner, now)).toBe(undefined);
  });
});

function signaturesOf(manifest: JsonObject): JsonObject {
  const signatures = manifest.signatures as Record<string, JsonObject>;
  return signatures[author.owner.userId] ?? {};
}

function withSignatures(manifest: JsonObject, more: JsonObject): JsonObject {
  return { ...manifest, signatures: { [author.owner.userId]: { ...signaturesOf(manifest), ...more } } };
}
