import { Countersign } from "matrix-countersign";
import { memoryStore } from "matrix-countersign/store";
import { cms } from "matrix-countersign/x509";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createHomeserver, type Listening, type ProfileName } from "../../examples/homeserver/server.js";
import { signatureSize } from "../../src/model/size.js";
import { embeddedUser } from "../support/embedded-user.js";
import { caExtensions, makeOpensslFolder, type OpensslFolder } from "../support/openssl-certificates.js";

let openssl: OpensslFolder;
const running: Listening[] = [];

beforeAll(async () => {
  openssl = await makeOpensslFolder();
  const key = "rsa4096";
  const ids = ["subjectKeyIdentifier=hash", "authorityKeyIdentifier=keyid"];
  const addresses = [
    "crlDistributionPoints=URI:http://crl.example.org/citizens/2026/issuing-authority-3.crl",
    "authorityInfoAccess=OCSP;URI:http://ocsp.example.org/citizens,caIssuers;URI:http://crt.example.org/3.crt",
  ];
  await openssl.make("root", { extensions: caExtensions, key });
  await openssl.make("middle", { issuer: "root", extensions: [...caExtensions, "authorityKeyIdentifier=keyid"], key });
  await openssl.make("card", {
    issuer: "middle",
    subject: "/CN=Alice",
    extensions: ["keyUsage=nonRepudiation", ...ids, ...addresses],
    key,
  });
});
afterAll(async () => {
  await Promise.all(running.map((server) => server.close()));
  await openssl?.dispose();
});

it.each<ProfileName>(["synapse-1.161", "synapse-strict", "continuwuity"])(
  "a card's signature of 5 kB goes through the manifest on a server like %s, and comes back valid",
  async (profile) => {
    const server = await createHomeserver({ profile }).listen();
    running.push(server);
    const [owner, other] = [await embeddedUser(server.url, "owner"), await embeddedUser(server.url, "reader")];
    const trustedCertificates = await openssl.pem("root");
    const algorithms = [cms({ trustedCertificates })];
    const own = await Countersign.create(owner.client, { algorithms, store: memoryStore() });

    const request = await own.prepare({ algorithm: "org.ietf.cms" });
    expect(request.size).toMatchObject({ isBound: true, fits: "maybe" });
    const text = new TextDecoder().decode(request.bytes);
    const output = await openssl.sign(text, "card", ["middle"], ["-cades", "-outform", "DER"]);
    const signature = await own.accept(request, output);
    expect(signatureSize(signature.keyId, signature.value)).toBeGreaterThan(5000);

    const receipt = await own.publish(signature, { routes: ["profile-field"] });
    expect(receipt.routes).toMatchObject([{ route: "profile-field", accepted: true, stored: true }]);
    const onKey = await own.publish(signature, { routes: ["signatures-upload"] });
    expect(onKey.routes).toMatchObject([{ stored: false, findings: [{ rule: "size" }] }]);

    const reader = await Countersign.create(other.client, { algorithms, store: memoryStore() });
    for await (const { reports } of reader.assess([owner.account.userId])) {
      expect(reports).toMatchObject([
        {
          algorithm: "org.ietf.cms",
          status: "valid",
          seenIn: ["profile-field"],
          certificate: { subject: "CN=Alice", isIssuerInKeyId: true, paths: [{ certificates: [{}, {}, {}] }] },
        },
      ]);
    }
    own.close();
    reader.close();
  },
);
