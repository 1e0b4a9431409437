/** What companies and cards make is too large for a key: it goes by the manifest, whole, and others verify it. */
import { Countersign } from "matrix-countersign";
import { memoryStore } from "matrix-countersign/store";
import { cms } from "matrix-countersign/x509";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createHomeserver, type Listening } from "../../examples/homeserver/server.js";
import { embeddedUser } from "../support/embedded-user.js";
import { caExtensions, makeOpensslFolder, type OpensslFolder } from "../support/openssl-certificates.js";

let openssl: OpensslFolder;
let server: Listening;

beforeAll(async () => {
  openssl = await makeOpensslFolder();
  server = await createHomeserver({ profile: "synapse-1.161", serverName: "example.org" }).listen();
  const byIssuer = "authorityKeyIdentifier=keyid";
  await openssl.make("root", { extensions: caExtensions, key: "rsa4096" });
  await openssl.make("middle", { issuer: "root", extensions: [...caExtensions, byIssuer], key: "rsa4096" });
  const names = [
    "keyUsage=digitalSignature",
    "extendedKeyUsage=emailProtection",
    "certificatePolicies=1.3.6.1.4.1.99999.1",
    "crlDistributionPoints=URI:http://revocation.example.org/employees/certificates.crl",
    "authorityInfoAccess=OCSP;URI:http://status.example.org/employees",
    "subjectAltName=URI:matrix:u/alice:example.org",
  ];
  await openssl.make("leaf", {
    issuer: "middle",
    extensions: ["subjectKeyIdentifier=hash", byIssuer, ...names],
    key: "rsa4096",
  });
});

afterAll(async () => {
  await openssl?.dispose();
  await server?.close();
});

it("a CMS of 5 kB by openssl is published by the manifest, and another user verifies it", async () => {
  const [alice, bob] = [await embeddedUser(server.url, "alice"), await embeddedUser(server.url, "bob")];
  const algorithms = [cms({ trustedCertificates: await openssl.pem("root") })];
  const own = await Countersign.create(alice.client, { algorithms, outbox: "manual", store: memoryStore() });
  const request = await own.prepare({ algorithm: "org.ietf.cms" });
  expect(request.size).toMatchObject({ fits: "maybe" });
  const text = new TextDecoder().decode(request.bytes);
  const output = await openssl.sign(text, "leaf", ["middle"], ["-cades", "-md", "sha256", "-outform", "DER"]);
  const signature = await own.accept(request, output);
  expect(String(signature.value).length).toBeGreaterThan(5000);
  const receipt = await own.publish(signature);
  expect(receipt).toMatchObject({
    visibleTo: "everyone",
    routes: [
      { route: "signatures-upload", accepted: false, findings: [{ rule: "size" }] },
      { route: "profile-field", stored: true },
    ],
  });
  const reader = await Countersign.create(bob.client, { algorithms, store: memoryStore() });
  for await (const { reports } of reader.assess([alice.account.userId])) {
    expect(reports).toMatchObject([{ status: "valid", code: "valid", seenIn: ["profile-field"] }]);
  }
});
