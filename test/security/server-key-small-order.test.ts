import { expect, it } from "vitest";
import { encodeBase64 } from "../../src/encoding/base64.js";
import { verifyServerKeys } from "../../src/model/server-keys/verify-server-keys.js";
import { verifyServerSigned } from "../../src/model/server-keys/verify-server-signed.js";
import { makeSigningKey } from "../support/homeserver-account.js";
import { now, roomEvent, serverAnswer, serverName } from "../support/server-keys.js";

/** Under the neutral element the signature (neutral element, 0) verifies over whatever one likes. */
const neutral = encodeBase64(Uint8Array.of(1, ...new Uint8Array(31)));
const forged = encodeBase64(Uint8Array.of(1, ...new Uint8Array(63)));
const degenerate = { publicKey: neutral, seed: "", sign: () => forged };

it("takes no key under which everything verifies, current or old", async () => {
  const own = { "ed25519:own": { key: makeSigningKey(), scope: [] } };
  const old = { "ed25519:old": { key: degenerate, scope: ["m.events"], expired_ts: now } };
  const current = { ...own, "ed25519:bad": { key: degenerate, scope: ["m.events"] } };
  const verdict = await verifyServerKeys(serverAnswer({ current, old }), { serverName, kind: "scoped", now });
  if (verdict.status !== "valid") throw new Error(verdict.code);
  expect([...verdict.keys.keys.keys()]).toEqual(["ed25519:own", "ed25519:old"]);
  const event = { ...roomEvent(0), signatures: { [serverName]: { "ed25519:old": forged } } };
  expect(
    await verifyServerSigned(event, serverName, "events", verdict.keys, { kind: "scoped", now, seenAt: 0 }),
  ).toMatchObject({ code: "bad-signature" });
});
