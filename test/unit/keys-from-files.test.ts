import { describe, expect, it } from "vitest";
import { openpgp } from "../../src/algorithms/openpgp/index.js";
import { certificateStore, x509 } from "../../src/algorithms/x509.js";
import { concatBytes, utf8 } from "../../src/encoding/bytes.js";
import { armored, makeKey, makeValue, now, packet, primaryPackets } from "../support/openpgp.js";
import { object } from "../support/openpgp-judge.js";
import { cmsPem, elementCms, judge, makeRoot, makeSigner } from "../support/x509-signatures.js";

/** What a page does with the files of a directory that its user chose: one that is none of these spoils no other. */
async function readFiles(files: readonly File[], take: (bytes: Uint8Array) => Promise<unknown>): Promise<string[]> {
  const refused: string[] = [];
  for (const file of files) {
    await take(new Uint8Array(await file.arrayBuffer())).catch(() => refused.push(file.name));
  }
  return refused;
}

describe("a directory of files", () => {
  it("is a keyring: armor block after block, binary, what GnuPG keeps, and a note beside them", async () => {
    const [first, second, third, fourth] = [makeKey(), makeKey(), makeKey(), makeKey()];
    const block = (key: typeof first): string => armored("PUBLIC KEY BLOCK", primaryPackets(key));
    const trust = packet(12, utf8("trusted"));
    const files = [
      new File([`Our keys:\r\n\r\n${block(first)}\n# and\n${block(second)}`], "team.asc"),
      new File(["\ufeff", block(third)], "edited-on-windows.asc"),
      new File([concatBytes(trust, primaryPackets(fourth), trust)], "pubring.gpg"),
      new File(["Ask the desk for new keys.\n"], "README"),
    ];
    const algorithm = openpgp();
    expect(await readFiles(files, (bytes) => algorithm.importKeys(bytes))).toEqual(["README"]);
    for (const key of [first, second, third, fourth]) {
      const input = { object, key: key.fingerprint, value: makeValue(key, object), now: now * 1000 };
      expect((await algorithm.verify(input)).code).toBe("valid");
    }
  });

  it("is a directory of CAs: bundles of PEM, DER, and a private key that is refused", async () => {
    const [inBundle, inDer] = [makeRoot({ subject: "Bundle" }), makeRoot({ subject: "DER" })];
    const other = makeRoot({ subject: "Other" });
    const files = [
      new File([`# Other\n${other.pem}\n# Bundle\n${inBundle.pem}`], "ca-certificates.crt"),
      new File([concatBytes(inDer.der)], "root.cer"),
      new File(["-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"], "root.key"),
    ];
    const store = certificateStore();
    expect(await readFiles(files, (bytes) => store.add(bytes))).toEqual(["root.key"]);
    const algorithm = x509({ store });
    for (const root of [inBundle, inDer]) {
      expect((await judge(algorithm, cmsPem(elementCms(makeSigner(root))))).code).toBe("valid");
    }
  });
});
