import { openpgp, openpgpSigner } from "matrix-countersign/openpgp";
import { generateKey } from "openpgp";
import { expect, it } from "vitest";

it("a signature with another packet beside it is the same signature to a withdrawal", async () => {
  const { privateKey, publicKey } = await generateKey({ userIDs: [{ name: "Example Ltd" }], format: "object" });
  const algorithm = openpgp({ keys: publicKey.armor() });
  const object = { purpose: "master-key", userId: "@a:b", bytes: new TextEncoder().encode("{}") } as const;
  const now = Date.now();
  const accept = async () =>
    algorithm.accept({ object, output: await openpgpSigner(privateKey).sign(object.bytes), now });
  const { value, verdict } = await accept();
  const packet = Buffer.from(String(value), "base64");
  const key = publicKey.getFingerprint().toUpperCase();
  const beside = Buffer.concat([packet, packet]).toString("base64").replace(/=+$/, "");
  const judged = await algorithm.verify({ object, key, value: beside, now });
  expect(judged).toMatchObject({ status: "valid", valueHash: verdict.valueHash });
});
