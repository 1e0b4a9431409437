import type { Countersign, TrustSettings } from "matrix-countersign";
import { explain } from "matrix-countersign/texts";

/** A company's certificate authority speaks for whom its certificates name; the board also wants a signature by somebody it knows. */
export function boardAndStaff(authorityPem: string, teamFingerprint: string): TrustSettings {
  return {
    version: 1,
    anchors: [
      {
        id: "example-ca",
        label: "Example AG",
        algorithm: "org.ietf.cms",
        key: authorityPem,
        speaksFor: "named",
        scope: { users: ["@*:example.org"], except: ["@guest-*:example.org"] },
        revocation: { mode: "soft-fail", url: "https://example.org/matrix-revoked.json" },
      },
      {
        id: "security-team",
        algorithm: "org.openpgp.signature",
        key: teamFingerprint,
        speaksFor: "scope",
        depth: 1,
        scope: { servers: ["example.org"] },
      },
    ],
    policy: {
      version: 1,
      rules: [
        {
          id: "board",
          scope: { users: ["@ceo:example.org", "@cfo:example.org"] },
          require: { allOf: [{ anchor: "example-ca" }, { algorithm: "org.openpgp.signature" }] },
        },
      ],
    },
  };
}

/** Puts settings in force after saying whose level they change. */
export async function putInForce(countersign: Countersign, settings: TrustSettings, userIds: string[]): Promise<void> {
  for (const { userId, before, after } of await countersign.simulate(settings, userIds)) {
    console.log(`${userId}: ${before.level} → ${after.level}`);
  }
  await countersign.setTrust(settings);
  for await (const assessment of countersign.assess(userIds)) {
    const { level, reasons } = explain(assessment, { settings });
    console.log(level, ...reasons);
  }
}
