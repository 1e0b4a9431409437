import { expect, it } from "vitest";
import { alice, levelOf, plainReport, serverAnchor } from "../support/plain-report.js";

const company = "A".repeat(40);
const ca = "b".repeat(64);
const names = { validFrom: 0, validUntil: Number.MAX_SAFE_INTEGER, emails: [], revocation: [] };

/** A signature with one of Alice's many tokens. */
function token(index: number) {
  const leaf = index.toString(16).padStart(64, "0");
  const certificates = [ca, leaf].map((sha256) => ({ sha256, keyHash: `hash of ${sha256}`, subject: sha256 }));
  const certificate = {
    sha256: leaf,
    subject: leaf,
    issuer: ca,
    serialNumber: "1",
    notBefore: 0,
    notAfter: names.validUntil,
    alternativeNames: [],
    paths: [{ ...names, certificates, ownerNamedBy: "uri" as const }],
    lapsedPaths: [],
    isIssuerInKeyId: true,
    isNamedInSignature: true,
    timestamps: [],
  };
  const signer = { fingerprint: leaf.toUpperCase(), keyHash: `hash of ${leaf}`, names: [] };
  return plainReport(leaf, { algorithm: "org.ietf.cms", signer, certificate });
}

const anchors = [
  serverAnchor("company", company),
  serverAnchor("ca", ca, { algorithm: "org.ietf.cms", speaksFor: "named", amount: 60 }),
];
const reports = [plainReport(company), ...Array.from({ length: 24 }, (_, index) => token(index + 1))];

it.each([
  ["audit", "trusted"],
  ["warn", "trusted"],
  ["enforce", "unproven"],
] as const)("a rule in mode %s that takes too long to decide leaves Alice %s", async (mode, level) => {
  const rule = { id: "full", scope: { users: [alice] }, require: { anchor: "ca" }, mode };
  expect(await levelOf(reports, anchors, { policy: { version: 1, rules: [rule] } })).toBe(level);
});

it("a rule for show does not use up what one that is enforced needs", async () => {
  const scope = { users: [alice] };
  const rules = [
    { id: "a", scope, require: { anchor: "ca" }, mode: "audit" as const },
    { id: "b", scope, require: { anchor: "company" } },
  ];
  expect(await levelOf(reports, anchors, { policy: { version: 1, rules } })).toBe("trusted");
});
