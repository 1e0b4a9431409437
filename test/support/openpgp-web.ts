/** Certificates that certify each other, written packet by packet: webs of trust of every shape. */
import { type Bytes, concatBytes, utf8 } from "../../src/encoding/bytes.js";
import {
  daySeconds,
  flags,
  makeKey,
  makeSignature,
  packet,
  revocation,
  type SignatureOptions,
  type Subpacket,
  says,
  signaturePacket,
  type TestKey,
  userIdData,
} from "./openpgp.js";

/** A certificate that others certify. Times are seconds since 1970. */
export interface WebCertificate {
  readonly key: TestKey;
  /** By user ID: the packets of its signatures, its own first. */
  readonly userIds: Map<string, Uint8Array[]>;
  /** Packets of the signatures directly on the key. */
  readonly direct: Uint8Array[];
  readonly nowSeconds: number;
}

/** What a new certificate says about itself. */
export interface OwnWord {
  readonly created?: number;
  readonly hashed?: readonly Subpacket[];
  readonly flags?: number;
}

/** A key that is a thousand days old at `nowSeconds`: of a kind that Sequoia of 2022 knows. */
export function webKey(nowSeconds: number): TestKey {
  return makeKey("eddsa-legacy", { created: nowSeconds - 1000 * daySeconds });
}

/** A certificate of that key with these user IDs, self-certified when the key was made. */
export function webCertificate(
  key: TestKey,
  names: readonly string[],
  nowSeconds: number,
  own: Readonly<Record<string, OwnWord | undefined>> = {},
): WebCertificate {
  const userIds = new Map(names.map((name) => [name, [selfSignature(key, name, nowSeconds, own[name] ?? {})]]));
  return { key, userIds, direct: [], nowSeconds };
}

/** The packet of a self-certification. */
export function selfSignature(key: TestKey, name: string, nowSeconds: number, own: OwnWord = {}): Bytes {
  const { created = nowSeconds - 1000 * daySeconds, hashed = [] } = own;
  const about = [says.flags(own.flags ?? flags.certify | flags.sign), ...hashed];
  return signaturePacket(makeSignature(key, { type: 0x13, data: userIdData(key, utf8(name)), created, hashed: about }));
}

/** Adds a certification, a hundred days old, or whatever else `options` say. */
export function certify(
  issuer: { readonly key: TestKey },
  target: WebCertificate,
  name: string,
  options: Partial<SignatureOptions> = {},
): void {
  const created = target.nowSeconds - 100 * daySeconds;
  const data = userIdData(target.key, utf8(name));
  const body = makeSignature(issuer.key, { type: 0x10, data, created, ...options });
  target.userIds.get(name)?.push(signaturePacket(body));
}

/** Adds a revocation of all certifications of `name` so far, fifty days old. */
export function revokeCertification(
  issuer: { readonly key: TestKey },
  target: WebCertificate,
  name: string,
  options: Partial<SignatureOptions> = {},
): void {
  certify(issuer, target, name, { type: 0x30, created: target.nowSeconds - 50 * daySeconds, ...options });
}

/** Adds a revocation of the key itself, ten days old. */
export function revokeKey(certificate: WebCertificate, reason?: number): void {
  const created = certificate.nowSeconds - 10 * daySeconds;
  const body = revocation(certificate.key, { created, ...(reason === undefined ? {} : { reason }) });
  certificate.direct.push(signaturePacket(body));
}

/** The packets of a transferable public key. */
export function webPackets({ key, userIds, direct }: WebCertificate): Bytes {
  const names = [...userIds].map(([name, signatures]) => concatBytes(packet(13, utf8(name)), ...signatures));
  return concatBytes(packet(6, key.body), ...direct, ...names);
}

/** A trust signature's subpackets: depth, amount, and the domains that it is limited to. */
export function trusts(depth: number, amount: number, ...domains: readonly string[]): Subpacket[] {
  const limits = domains.map((domain) => `<[^>]+[@.]${domain.replaceAll(".", "\\.")}>$`);
  return [says.trust(depth, amount), ...limits.map(says.regularExpression)];
}
