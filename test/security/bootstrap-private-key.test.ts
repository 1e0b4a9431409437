import { randomBytes } from "node:crypto";
import { expect, it } from "vitest";
import { openpgp } from "../../src/algorithms/openpgp/index.js";
import { setUploadStage } from "../support/key-uploads.js";

it("a private key that is pasted in a signature's place never goes up", async () => {
  const library = await import("openpgp");
  const { privateKey, publicKey } = await library.generateKey({ userIDs: [{ name: "Example" }], format: "object" });
  const message = await library.createMessage({ binary: randomBytes(8) });
  const detached = await library.sign({ message, signingKeys: privateKey, detached: true });
  for (const output of [
    privateKey.armor(),
    `${detached}\n${privateKey.armor()}`,
    privateKey.write(),
    Buffer.from(privateKey.write()).toString("base64"),
  ]) {
    const { upload, keys, sent } = await setUploadStage({
      algorithms: [openpgp({ keys: publicKey.armor() })],
      sign: async () => output,
    });
    const error: unknown = await upload(keys.body).catch((cause: unknown) => cause);
    expect(error).toMatchObject({ code: "ERR_ACCEPT_MALFORMED", message: expect.stringContaining("private key") });
    expect(sent).toEqual([]);
  }
});
