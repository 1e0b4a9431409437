import { expect, it } from "vitest";
import { openpgp } from "../../src/algorithms/openpgp/index.js";
import { concatBytes, utf8 } from "../../src/encoding/bytes.js";
import type { Introduction } from "../../src/model/introduction.js";
import { daySeconds, makeKey, makeSignature, now, packet, signaturePacket, userIdData } from "../support/openpgp.js";
import { certify, trusts, webCertificate, webKey, webPackets } from "../support/openpgp-web.js";

const [rKey, tKey] = [webKey(now), webKey(now)];
const root = webPackets(webCertificate(rKey, ["R"], now));

/** T, whom R introduces, and behind that whatever else. */
function target(...flood: Uint8Array[]): Uint8Array {
  const t = webCertificate(tKey, ["T"], now);
  certify({ key: rKey }, t, "T");
  return concatBytes(webPackets(t), ...flood);
}

async function timed(...keys: Uint8Array[]): Promise<{ names: string[]; ms: number }> {
  const started = performance.now();
  const algorithm = openpgp({ keys });
  const found: readonly Introduction[] = await algorithm.introductions({ roots: [rKey.fingerprint], now: now * 1000 });
  const names = found.filter((one) => one.issuer !== one.target).map(({ name }) => name);
  return { names, ms: performance.now() - started };
}

/** Different packets that claim to be R's: the mathematics of none is right. */
function forged(count: number, created = now - daySeconds): Uint8Array[] {
  const body = makeSignature(rKey, { type: 0x10, data: userIdData(tKey, utf8("T")), created });
  return Array.from({ length: count }, (_, index) => {
    const copy = body.slice();
    new DataView(copy.buffer).setUint16(copy.length - 8, index);
    return signaturePacket(copy);
  });
}

it("ten thousand certifications by strangers cost little and hide nothing", async () => {
  const strangers = Array.from({ length: 50 }, () => {
    const body = makeSignature(makeKey(), { type: 0x10, data: userIdData(tKey, utf8("T")) });
    return Array.from({ length: 200 }, (_, index) => {
      const copy = body.slice();
      new DataView(copy.buffer).setUint16(copy.length - 8, index);
      return signaturePacket(copy);
    });
  });
  const { names, ms } = await timed(root, target(...strangers.flat()));
  expect(names).toEqual(["T"]);
  expect(ms).toBeLessThan(5000);
});

it("some forgeries in the introducer's name change nothing", async () => {
  expect((await timed(root, target(...forged(200)))).names).toEqual(["T"]);
});

it("more than are looked at end that introduction alone: a true revocation may be among them", async () => {
  const flood = target(...forged(400));
  const other = webCertificate(webKey(now), ["Other"], now);
  certify({ key: rKey }, other, "Other");
  const { names, ms } = await timed(root, flood, webPackets(other));
  expect(names).toEqual(["Other"]);
  expect(ms).toBeLessThan(5000);
});

it("copy after copy, what is kept about one certificate stays bounded", async () => {
  const algorithm = openpgp({ keys: [root, target()] });
  const ask = async (): Promise<string[]> =>
    (await algorithm.introductions({ roots: [rKey.fingerprint], now: now * 1000 })).map(({ name }) => name);
  expect(await ask()).toEqual(["R", "T"]);
  const stranger = makeKey();
  for (let copy = 0; copy < 3; copy++) {
    const names = Array.from({ length: 60 }, (_, index) => `Name ${copy} ${index}`);
    const flood = names.flatMap((name) => {
      const body = makeSignature(stranger, { type: 0x10, data: userIdData(tKey, utf8(name)) });
      const copies = Array.from({ length: 150 }, (_, index) => {
        const twin = body.slice();
        new DataView(twin.buffer).setUint16(twin.length - 8, index);
        return signaturePacket(twin);
      });
      return [packet(13, utf8(name)), ...copies];
    });
    await algorithm.importKeys(target(...flood));
  }
  expect(await ask(), "past the bound nobody's word about it counts").toEqual(["R"]);
});

it("the same certification under many unsigned areas is one", async () => {
  const data = userIdData(tKey, utf8("T"));
  const body = makeSignature(rKey, { type: 0x10, data, created: now - 100 * daySeconds });
  const head = 6 + (((body[4] ?? 0) << 8) | (body[5] ?? 0));
  const twins = Array.from({ length: 1000 }, (_, index) => {
    const area = Uint8Array.of(0, 5, 4, 100, index >> 8, index & 0xff, 0);
    return signaturePacket(concatBytes(body.subarray(0, head), area, body.subarray(head + 2)));
  });
  expect((await timed(root, target(...twins))).names).toEqual(["T"]);
});

it("introducers in a circle of fifty are walked through once", async () => {
  const circle = Array.from({ length: 50 }, (_, index) => webCertificate(webKey(now), [`K${index}`], now));
  for (const [index, certificate] of circle.entries()) {
    for (const step of [1, 2, 3]) {
      const next = circle[(index + step) % circle.length];
      if (next) certify(certificate, next, `K${(index + step) % circle.length}`, { hashed: trusts(255, 120) });
    }
  }
  const first = circle[0];
  if (first) certify({ key: rKey }, first, "K0", { hashed: trusts(255, 120) });
  const { names, ms } = await timed(root, ...circle.map(webPackets));
  expect(names).toHaveLength(151);
  expect(ms).toBeLessThan(5000);
});
