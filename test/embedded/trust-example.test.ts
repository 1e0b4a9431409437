import { Countersign } from "matrix-countersign";
import { openpgp } from "matrix-countersign/openpgp";
import { memoryStore } from "matrix-countersign/store";
import { expect, it, onTestFinished, vi } from "vitest";
import { createHomeserver } from "../../examples/homeserver/server.js";
import { boardAndStaff, putInForce } from "../../examples/trust/board-and-staff.js";
import { embeddedUser } from "../support/embedded-user.js";

const authority = `-----BEGIN CERTIFICATE-----\n${btoa("a certificate")}\n-----END CERTIFICATE-----`;

it("the page on trust shows settings that are taken, and whose level they change", async () => {
  const server = await createHomeserver().listen();
  onTestFinished(() => server.close());
  const reader = await embeddedUser(server.url, "reader");
  const countersign = await Countersign.create(reader.client, { algorithms: [openpgp()], store: memoryStore() });
  onTestFinished(() => countersign.close());
  const print = vi.spyOn(console, "log").mockImplementation(() => {});
  onTestFinished(() => print.mockRestore());
  const settings = boardAndStaff(authority, "0123456789ABCDEF0123456789ABCDEF01234567");
  await putInForce(countersign, settings, [reader.account.userId]);
  expect(countersign.trust.anchors.map(({ id }) => id)).toEqual(["example-ca", "security-team"]);
  expect(print.mock.calls.flat().join(" ")).toMatch(/is not proven.*Nobody has signed the key of/s);
});
