import { verifyObject } from "matrix-countersign";
import { expect, it } from "vitest";
import { ed25519 } from "../../src/algorithms/ed25519/index.js";
import { makeCrossSigningKey } from "../support/matrix-keys.js";

const userId = "@alice:example.org";

/** Matrix keys sign canonical JSON all day long: none of it may pass for what an organisation's key says. */
it("a Matrix key's own signature on a master key is none by an organisation's key, at whatever times", async () => {
  const [master, device] = await Promise.all([makeCrossSigningKey(userId), makeCrossSigningKey(userId)]);
  const signature = await device.sign(master.object);
  const values = [signature, `${signature}.0.0`, `${signature}.1.2`, { signature, created_ts: 0, expires_ts: 0 }];
  for (const value of values) {
    const signatures = { [userId]: { [`custom:org.ietf.ed25519:${device.publicKey}`]: value } };
    const [report] = await verifyObject({ ...master.object, signatures }, userId, { algorithms: [ed25519()] });
    expect(report?.status).toBe("invalid");
  }
});

it("an event that ends as times do is not a master key, and signs none", async () => {
  const [master, organisation] = await Promise.all([makeCrossSigningKey(userId), makeCrossSigningKey(userId)]);
  const signature = await organisation.sign({ ...master.object, ".0.0": ".0.0" });
  const signatures = { [userId]: { [`custom:org.ietf.ed25519:${organisation.publicKey}`]: `${signature}.0.0` } };
  const [report] = await verifyObject({ ...master.object, signatures }, userId, { algorithms: [ed25519()] });
  expect(report).toMatchObject({ status: "invalid", code: "bad-signature" });
});
