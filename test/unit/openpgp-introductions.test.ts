import * as library from "openpgp";
import { describe, expect, it } from "vitest";
import { type OpenPgpOptions, openpgp } from "../../src/algorithms/openpgp/index.js";
import { concatBytes, utf8 } from "../../src/encoding/bytes.js";
import type { Introduction } from "../../src/model/introduction.js";
import {
  daySeconds,
  hash,
  makeKey,
  makeSignature,
  now,
  packet,
  primaryPackets,
  says,
  signaturePacket,
  type TestKey,
  userIdData,
} from "../support/openpgp.js";
import {
  certify,
  revokeCertification,
  revokeKey,
  selfSignature,
  trusts,
  type WebCertificate,
  webCertificate,
  webKey,
  webPackets,
} from "../support/openpgp-web.js";

const [rKey, aKey, bKey, tKey] = [webKey(now), webKey(now), webKey(now), webKey(now)];
const fresh = (key: TestKey, ...names: string[]): WebCertificate => webCertificate(key, names, now);
const trio = (): Record<"r" | "a" | "b" | "t", WebCertificate> => ({
  r: fresh(rKey, "R"),
  a: fresh(aKey, "A"),
  b: fresh(bKey, "B"),
  t: fresh(tKey, "T", "T2"),
});

async function introductions(
  certificates: readonly (WebCertificate | Uint8Array)[],
  options: OpenPgpOptions & { readonly root?: TestKey; readonly atSeconds?: number } = {},
): Promise<readonly Introduction[]> {
  const { root = rKey, atSeconds = now, ...rest } = options;
  const keys = certificates.map((one) => (one instanceof Uint8Array ? one : webPackets(one)));
  const algorithm = openpgp({ ...rest, keys });
  return algorithm.introductions({ roots: [root.fingerprint], now: atSeconds * 1000 });
}

/** Without what certificates say of themselves, as `issuer>name`. */
async function said(...of: Parameters<typeof introductions>): Promise<string[]> {
  const names = new Map([rKey, aKey, bKey, tKey].map((key, index) => [key.fingerprint, "RABT"[index]]));
  const others = (await introductions(...of)).filter(({ issuer, target }) => issuer !== target);
  return others.map(({ issuer, name }) => `${names.get(issuer) ?? "?"}>${name}`);
}

describe("a certification", () => {
  it("says who introduces whom by which name, how far and until when", async () => {
    const { r, t } = trio();
    const hashed = [...trusts(2, 60, "example.org", "matrix.example.net"), says.expiresAfter(200 * daySeconds)];
    certify(r, t, "T", { hashed });
    const [own, introduction] = await introductions([r, t]);
    expect(own).toMatchObject({ issuer: rKey.fingerprint, target: rKey.fingerprint, name: "R", depth: 0, amount: 120 });
    expect(introduction).toEqual({
      algorithm: "org.openpgp.signature",
      issuer: rKey.fingerprint,
      issuerKeyHash: own?.issuerKeyHash,
      target: tKey.fingerprint,
      targetKeyHash: expect.stringMatching(/^[0-9a-f]{64}$/),
      name: "T",
      depth: 2,
      amount: 60,
      domains: ["example.org", "matrix.example.net"],
      createdAt: (now - 100 * daySeconds) * 1000,
      validFrom: (now - 100 * daySeconds) * 1000,
      validUntil: (now + 100 * daySeconds) * 1000,
    });
    expect(introduction?.targetKeyHash).not.toBe(introduction?.issuerKeyHash);
  });

  it.each([0x10, 0x12, 0x13])("of type %i counts in full, at depth 0", async (type) => {
    const { r, t } = trio();
    certify(r, t, "T", { type });
    expect((await introductions([r, t])).at(-1)).toMatchObject({ name: "T", depth: 0, amount: 120 });
  });

  it("that is not exportable counts: the keyring is the reader's own", async () => {
    const { r, t } = trio();
    certify(r, t, "T", { hashed: [says.notExportable()] });
    expect(await said([r, t])).toEqual(["R>T"]);
  });

  it("counts for the names of v6 certificates too", async () => {
    const [issuer, target] = [makeKey("ed25519", { version: 6 }), makeKey("ed25519", { version: 6 })];
    const body = makeSignature(issuer, { type: 0x10, data: userIdData(target, utf8("T")) });
    const keys = [primaryPackets(issuer, { userIds: ["R"] }), primaryPackets(target, { userIds: ["T"] })];
    const found = await introductions([...keys, concatBytes(keys[1] ?? new Uint8Array(), signaturePacket(body))], {
      root: issuer,
    });
    expect(found.map(({ target: key, name }) => [key, name])).toEqual([
      [issuer.fingerprint, "R"],
      [target.fingerprint, "T"],
    ]);
  });

  it("may come in another copy, before its issuer, and in any order", async () => {
    const { r, t } = trio();
    const bare = fresh(tKey, "T");
    certify(r, t, "T");
    for (const keyring of [
      [t, r],
      [bare, r, t],
      [t, bare, r],
    ]) {
      expect(await said(keyring)).toEqual(["R>T"]);
    }
  });

  it("does not change under which context verdicts are cached", async () => {
    const { r, t } = trio();
    const before = await openpgp({ keys: [webPackets(r), webPackets(t)] }).cacheContext();
    certify(r, t, "T");
    expect(await openpgp({ keys: [webPackets(r), webPackets(t)] }).cacheContext()).toBe(before);
  });
});

describe("nothing is introduced by", () => {
  const refused: Record<string, (web: ReturnType<typeof trio>) => void> = {
    "a certification of type 0x11": ({ r, t }) => certify(r, t, "T", { type: 0x11 }),
    "a certification without trust": ({ r, t }) => certify(r, t, "T", { hashed: trusts(0, 0) }),
    "a trust subpacket that is too short": ({ r, t }) =>
      certify(r, t, "T", { hashed: [{ type: 5, body: Uint8Array.of(1) }] }),
    "a certification that has expired": ({ r, t }) => certify(r, t, "T", { hashed: [says.expiresAfter(daySeconds)] }),
    "a certification older than its key": ({ r, t }) => certify(r, t, "T", { created: now - 1001 * daySeconds }),
    "a certification of tomorrow": ({ r, t }) => certify(r, t, "T", { created: now + daySeconds }),
    "an unknown critical notation": ({ r, t }) =>
      certify(r, t, "T", { hashed: [says.notation("limit@example.org", true)] }),
    "a certification of another name": ({ r, t }) => certify(r, t, "T", { data: userIdData(tKey, utf8("another")) }),
    "a certification of another key": ({ r, t }) => certify(r, t, "T", { data: userIdData(aKey, utf8("T")) }),
    "one who signs in the root's name": ({ b, t }) => {
      const forged = makeSignature(bKey, {
        type: 0x10,
        data: userIdData(tKey, utf8("T")),
        anonymous: true,
        hashed: [says.issuer(rKey)],
      });
      t.userIds.get("T")?.push(signaturePacket(forged));
      certify(b, t, "T");
    },
    "a root that may not certify": ({ r, t }) => {
      r.userIds.set("R", [selfSignature(rKey, "R", now, { flags: 2 })]);
      certify(r, t, "T");
    },
    "a certification that was revoked": ({ r, t }) => {
      certify(r, t, "T");
      revokeCertification(r, t, "T");
    },
    "a certification that was revoked under SHA-1": ({ r, t }) => {
      certify(r, t, "T");
      revokeCertification(r, t, "T", { hash: hash.sha1 });
    },
    "a certification of a name that its owner revoked": ({ r, t }) => {
      certify(r, t, "T");
      revokeCertification(t, t, "T");
    },
    "a name that its owner revoked and says again": ({ r, t }) => {
      revokeCertification(t, t, "T", { created: now - 500 * daySeconds });
      t.userIds.get("T")?.push(selfSignature(tKey, "T", now, { created: now - 400 * daySeconds }));
      certify(r, t, "T");
    },
    "a certification of a name that its owner does not say": ({ r, t }) => {
      t.userIds.set("T", []);
      certify(r, t, "T");
    },
    "a certification of a revoked key": ({ r, t }) => {
      certify(r, t, "T");
      revokeKey(t);
    },
    "a root that was given up": ({ r, t }) => {
      certify(r, t, "T");
      revokeKey(r, 3);
    },
    "an older word where the newest has expired": ({ r, t }) => {
      certify(r, t, "T", { created: now - 300 * daySeconds });
      certify(r, t, "T", { hashed: [says.expiresAfter(daySeconds)] });
    },
    "an introducer of depth 0": ({ r, a, t }) => {
      certify(r, a, "A", { hashed: trusts(0, 120) });
      certify(a, t, "T");
    },
  };
  it.each(Object.entries(refused))("%s", async (_, build) => {
    const web = trio();
    build(web);
    expect((await said(Object.values(web))).filter((line) => line.endsWith(">T"))).toEqual([]);
  });

  it("a certification under SHA-1, and it silences the one before", async () => {
    const rsa = makeKey("rsa2048");
    const root = webCertificate(rsa, ["R"], now);
    const { t } = trio();
    certify(root, t, "T", { created: now - 300 * daySeconds });
    expect(await said([root, t], { root: rsa })).toEqual(["?>T"]);
    certify(root, t, "T", { hash: hash.sha1 });
    expect(await said([root, t], { root: rsa })).toEqual([]);
  });

  it("a root under 2048 bits", async () => {
    const weak = makeKey("rsa1024");
    const { t } = trio();
    const root = webCertificate(weak, ["R"], now);
    certify(root, t, "T");
    expect(await introductions([root, t], { root: weak })).toEqual([]);
  });
});

describe("of one certifier's words about a name", () => {
  it("the newest counts", async () => {
    const { r, t } = trio();
    certify(r, t, "T", { hashed: trusts(0, 40), created: now - 5 * daySeconds });
    certify(r, t, "T", { hashed: trusts(0, 120) });
    expect((await introductions([r, t])).at(-1)).toMatchObject({ amount: 40 });
  });

  it("one after a revocation counts again", async () => {
    const { r, t } = trio();
    certify(r, t, "T");
    revokeCertification(r, t, "T");
    certify(r, t, "T", { created: now - daySeconds });
    expect(await said([r, t])).toEqual(["R>T"]);
  });

  it("a revocation of one name leaves the other", async () => {
    const { r, t } = trio();
    certify(r, t, "T");
    certify(r, t, "T2");
    revokeCertification(r, t, "T");
    expect(await said([r, t])).toEqual(["R>T2"]);
  });

  it("one dated ahead ends the one before when its time comes", async () => {
    const { r, t } = trio();
    certify(r, t, "T");
    revokeCertification(r, t, "T", { created: now + daySeconds });
    const [, introduction] = await introductions([r, t]);
    expect(introduction?.validUntil).toBe((now + daySeconds) * 1000 - 5 * 60_000);
    expect(await said([r, t], { atSeconds: now + daySeconds })).toEqual([]);
  });
});

it("names are word for word: what another name shows like is another name", async () => {
  const { r } = trio();
  const names = ["matrix:u/alice:example.org\u200b", "matrix:u/\u0430lice:example.org", " matrix:u/alice:example.org"];
  const t = fresh(tKey, ...names);
  t.userIds.set("\ufeffmatrix:u/alice:example.org", [selfSignature(tKey, "\ufeffmatrix:u/alice:example.org", now)]);
  for (const name of t.userIds.keys()) certify(r, t, name);
  const found = (await introductions([r, t])).map(({ name }) => name);
  expect(new Set(found)).toEqual(new Set(["R", ...t.userIds.keys()]));
  expect(found).not.toContain("matrix:u/alice:example.org");
});

it("names that are no UTF-8, or too long, introduce nobody", async () => {
  const { r, t } = trio();
  const long = "L".repeat(513);
  t.userIds.set(long, [selfSignature(tKey, long, now)]);
  certify(r, t, long);
  const broken = Uint8Array.of(0xff, 0x41);
  const by = (key: TestKey): Uint8Array =>
    signaturePacket(makeSignature(key, { type: 0x13, data: userIdData(tKey, broken), hashed: [says.flags(3)] }));
  const packets = concatBytes(webPackets(t), packet(13, broken), by(tKey), by(rKey));
  expect(await said([r, packets])).toEqual([]);
});

it("only the words of roots and of their introducers are looked at", async () => {
  const { r, a, b, t } = trio();
  certify(r, a, "A", { hashed: trusts(1, 120) });
  certify(a, t, "T");
  certify(b, t, "T");
  certify(b, a, "A", { hashed: trusts(255, 120) });
  expect(await said([r, a, b, t])).toEqual(["R>A", "A>T"]);
  expect(await said([r, a, b, t], { root: bKey })).toEqual(["B>A", "B>T", "A>T"]);
});

it("a root that is not in the keyring says nothing, and lower case names it too", async () => {
  const { r, t } = trio();
  certify(r, t, "T");
  expect(await introductions([t])).toEqual([]);
  const algorithm = openpgp({ keys: [webPackets(r), webPackets(t)] });
  const roots = [rKey.fingerprint.toLowerCase()];
  expect(await algorithm.introductions({ roots, now: now * 1000 })).toHaveLength(2);
});

it("asks nobody", async () => {
  const { r, t } = trio();
  certify(r, t, "T");
  const resolver = (): never => {
    throw new Error("expected no question");
  };
  expect(await said([r, t], { resolver })).toEqual(["R>T"]);
});

it("ends when it is aborted", async () => {
  const { r, t } = trio();
  certify(r, t, "T");
  const algorithm = openpgp({ keys: [webPackets(r), webPackets(t)] });
  const signal = AbortSignal.abort();
  await expect(algorithm.introductions({ roots: [rKey.fingerprint], now: now * 1000, signal })).rejects.toMatchObject({
    code: "ERR_ABORTED",
  });
});

describe("the list", () => {
  it("is the same one until the keyring or the passage of time changes it", async () => {
    const { r, a, t } = trio();
    certify(r, t, "T", { hashed: [says.expiresAfter(101 * daySeconds)] });
    certify(r, a, "A", { created: now + 2 * daySeconds });
    const algorithm = openpgp({ keys: [r, a, t].map(webPackets) });
    const at = (seconds: number): Promise<readonly Introduction[]> =>
      algorithm.introductions({ roots: [rKey.fingerprint], now: seconds * 1000 });
    const first = await at(now);
    expect(await at(now + 60)).toBe(first);
    expect(await algorithm.introductions({ roots: [tKey.fingerprint], now: now * 1000 })).not.toEqual(first);
    expect((await at(now + daySeconds - 1)).map(({ name }) => name)).toEqual(["R", "T"]);
    expect((await at(now + daySeconds)).map(({ name }) => name)).toEqual(["R"]);
    expect((await at(now + 2 * daySeconds)).map(({ name }) => name)).toEqual(["R", "A"]);
    expect(await at(now)).toEqual(first);
    revokeKey(t);
    await algorithm.importKeys(webPackets(t));
    expect((await at(now)).map(({ name }) => name)).toEqual(["R"]);
  });

  it("is made without what failed, which is tried again the next time", async () => {
    const { r, a, t } = trio();
    certify(r, a, "A");
    certify(r, t, "T");
    let failures = 0;
    class Flaky extends library.SignaturePacket {
      override async verify(...args: Parameters<library.SignaturePacket["verify"]>): Promise<void> {
        if (args[1] === library.enums.signature.certGeneric && failures++ === 0) throw new Error("passes");
        return super.verify(...args);
      }
    }
    const load = async (): Promise<unknown> => ({ ...library, SignaturePacket: Flaky });
    const algorithm = openpgp({ keys: [r, a, t].map(webPackets), load });
    const names = async (): Promise<string[]> =>
      (await algorithm.introductions({ roots: [rKey.fingerprint], now: now * 1000 })).map(({ name }) => name);
    expect(await names()).toEqual(["R", "T"]);
    expect(await names()).toEqual(["R", "A", "T"]);
  });
});
