import type { Introduction } from "../../src/model/introduction.js";
import type { SignatureReport, Signer } from "../../src/model/report.js";
import type { PathCertificate, SignerPath } from "../../src/model/signer-certificate.js";
import type { AssessInput, TrustAnchor, TrustContext } from "../../src/trust/index.js";
import { readTrust, trustContext } from "../../src/trust/index.js";
import { TrustNetwork } from "../../src/trust/web/trust-network.js";

const now = Date.UTC(2026, 5, 1);
const year = 365 * 86_400_000;
const companies = 10;
/** Introducers whom the one of each company introduces: twenty in all. */
const introducers = 2;

/** What becomes of a user of {@link trustPopulation}, by the last digit of their number. */
type Kind = "card" | "openpgp" | "ssh" | "stranger" | "expired" | "elsewhere";
const kinds: readonly Kind[] = [
  "card",
  "card",
  "card",
  "openpgp",
  "openpgp",
  "openpgp",
  "ssh",
  "stranger",
  "expired",
  "elsewhere",
];

/** Many users of ten companies, of whom seven in ten are trusted, and the reader's fifty anchors: five for each company. */
export interface TrustPopulation {
  readonly inputs: readonly AssessInput[];
  readonly context: TrustContext;
}

/**
 * Users whose signatures are verified already: by a card under two authorities under the company's root, by an OpenPGP key that an introducer
 * of an introducer of the company certified, by an SSH key on a list; and by nobody's key, too late, or by another company's card.
 */
export async function trustPopulation(count: number): Promise<TrustPopulation> {
  const users = Array.from({ length: count }, (_, index) => index);
  const anchors = Array.from({ length: companies }, (_, company) => anchorsOf(company, users)).flat();
  const introductions = [
    ...Array.from({ length: companies }, (_, company) => introducersOf(company)).flat(),
    ...users.filter((user) => kindOf(user) === "openpgp").map(certification),
  ];
  const trust = await readTrust({ anchors });
  return {
    inputs: users.map(inputOf),
    context: trustContext({ trust, now, network: new TrustNetwork(introductions) }),
  };
}

function anchorsOf(company: number, users: readonly number[]): TrustAnchor[] {
  const scope = { servers: [serverOf(company)] };
  const own = users.filter((user) => user === company || (companyOf(user) === company && kindOf(user) === "ssh"));
  const names = own.map((user) => ({ key: sshKeyOf(user), names: [userIdOf(user)] }));
  return [
    { id: `authority ${company}`, algorithm: "org.ietf.cms", key: hex(`root ${company}`, 64), scope },
    { id: `web ${company}`, algorithm: "org.openpgp.signature", key: hex(`web ${company}`, 40), depth: 3, scope },
    { id: `list ${company}`, algorithm: "com.openssh.sshsig", key: names, scope },
    {
      id: `key ${company}`,
      algorithm: "org.openpgp.signature",
      key: hex(`key ${company}`, 40),
      speaksFor: "scope",
      scope,
    },
    {
      id: `club ${company}`,
      algorithm: "org.ietf.ed25519",
      key: hex(`club ${company}`, 40),
      speaksFor: "scope",
      scope,
    },
  ];
}

function introducersOf(company: number): Introduction[] {
  const regional = `regional ${company}`;
  const locals = Array.from({ length: introducers }, (_, index) => `local ${company} ${index}`);
  return [introduction(`web ${company}`, regional, 2), ...locals.map((local) => introduction(regional, local, 1))];
}

function certification(user: number): Introduction {
  const local = `local ${companyOf(user)} ${user % introducers}`;
  return { ...introduction(local, `user ${user}`, 0), name: `matrix:u/user${user}:${serverOf(companyOf(user))}` };
}

function introduction(issuer: string, target: string, depth: number): Introduction {
  return {
    algorithm: "org.openpgp.signature",
    issuer: hex(issuer, 40),
    issuerKeyHash: hex(`key of ${issuer}`, 64),
    target: hex(target, 40),
    targetKeyHash: hex(`key of ${target}`, 64),
    name: target,
    depth,
    amount: 120,
    createdAt: now - year,
    validFrom: now - year,
    validUntil: now + year,
  };
}

function inputOf(user: number): AssessInput {
  const userId = userIdOf(user);
  const publicKey = hex(`master ${user}`, 43);
  const object = `{"keys":{"ed25519:${publicKey}":"${publicKey}"},"usage":["master"],"user_id":"${userId}"}`;
  const bytes = new TextEncoder().encode(object);
  return {
    identity: {
      userId,
      masterKey: { purpose: "master-key", userId, bytes, publicKey },
      signatures: [],
      withdrawn: [],
      problems: [],
      fetchedAt: now,
    },
    reports: [reportOf(user, userId, object)],
  };
}

function reportOf(user: number, userId: string, object: string): SignatureReport {
  const about = {
    userId,
    object,
    purpose: "master-key",
    status: "valid",
    code: "valid",
    createdAt: now - year / 2,
  } as const;
  const kind = kindOf(user);
  switch (kind) {
    case "card":
    case "elsewhere": {
      const company = kind === "card" ? companyOf(user) : companyOf(user) + 1;
      const path = pathOf(user, company % companies, kind === "card");
      const [fingerprint, keyHash] = [hex(`card ${user}`, 64), hex(`key of card ${user}`, 64)];
      return {
        ...about,
        keyId: `custom:org.ietf.cms:${company % companies}`,
        algorithm: "org.ietf.cms",
        signer: { fingerprint, keyHash, names: [] },
        validUntil: now + year,
        certificate: {
          sha256: fingerprint,
          subject: `CN=user ${user}`,
          issuer: `CN=authority 2 ${company}`,
          serialNumber: "01",
          notBefore: now - year,
          notAfter: now + year,
          alternativeNames: [],
          paths: [path],
          lapsedPaths: [],
          isIssuerInKeyId: true,
          isNamedInSignature: true,
          timestamps: [],
        },
      };
    }
    case "ssh":
      return { ...about, ...signedBy("com.openssh.sshsig", sshKeyOf(user), user) };
    case "expired":
      return {
        ...about,
        ...signedBy("org.openpgp.signature", hex(`key ${companyOf(user)}`, 40), user),
        status: "indeterminate",
        code: "expired",
        expiresAt: now - 1000,
      };
    default:
      return { ...about, ...signedBy("org.openpgp.signature", hex(`user ${user}`, 40), user) };
  }
}

function pathOf(user: number, company: number, isNamed: boolean): SignerPath {
  const names = [`root ${company}`, `authority 1 ${company}`, `authority 2 ${company}`, `card ${user}`];
  const certificates = names.map(
    (name): PathCertificate => ({ sha256: hex(name, 64), keyHash: hex(`key of ${name}`, 64), subject: `CN=${name}` }),
  );
  const owner = isNamed ? { ownerNamedBy: "uri" as const } : {};
  return { certificates, validFrom: now - year, validUntil: now + year, ...owner, emails: [], revocation: [] };
}

function signedBy(
  algorithm: string,
  fingerprint: string,
  user: number,
): { keyId: string; algorithm: string; signer: Signer } {
  const signer = { fingerprint, keyHash: hex(`key of user ${user}`, 64), names: [] };
  return { keyId: `custom:${algorithm}:${fingerprint}`, algorithm, signer };
}

function kindOf(user: number): Kind {
  return kinds[user % kinds.length] ?? "stranger";
}

function companyOf(user: number): number {
  return Math.floor(user / kinds.length) % companies;
}

function serverOf(company: number): string {
  return `company${company}.example`;
}

function userIdOf(user: number): string {
  return `@user${user}:${serverOf(companyOf(user))}`;
}

function sshKeyOf(user: number): string {
  return `SHA256:${hex(`ssh ${user}`, 43)}`;
}

/** Digits that tell names apart: what a hash would do, without its cost. Of certificates and keys in lower case, as reports have them. */
function hex(name: string, length: number): string {
  const digits = [...name].map((char) => char.charCodeAt(0).toString(16)).join("");
  const padded = digits.padStart(length, "0").slice(-length);
  return length === 40 ? padded.toUpperCase() : padded;
}
