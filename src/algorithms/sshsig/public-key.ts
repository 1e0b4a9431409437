import type { Bytes } from "../../encoding/bytes.js";
import { SshReader } from "../../encoding/ssh-reader.js";
import { isDegeneratePoint } from "../../model/edwards-point.js";
import { Fault } from "../shared/fault.js";
import { rsaFault } from "../shared/rsa-fault.js";
import { ecKeyInfo, edwardsKeyInfo, rsaKeyInfo } from "../shared/subject-public-key-info.js";
import { type Curve, curves } from "./curves.js";
import { readOrFault } from "./read-or-fault.js";

interface CommonMembers {
  /** What the key says it is, such as `ssh-ed25519`. */
  readonly type: string;
  /** SubjectPublicKeyInfo: the key's identity in every algorithm. */
  readonly info: Bytes;
  /** Of a security key: what it calls the purpose that it was made for, `ssh:` by default. */
  readonly application?: Uint8Array;
}

/** A public key of SSH, strong enough to count. */
export type SshPublicKey = CommonMembers &
  (
    | { readonly kind: "ed25519"; readonly point: Bytes }
    | { readonly kind: "ecdsa"; readonly curve: Curve }
    | { readonly kind: "rsa" }
  );

const certificateType = /-cert-v[0-9]+@openssh\.com$/;

/**
 * Reads a public key in SSH's wire format (RFC 4253 §6.6, RFC 5656 §3.1, RFC 8709 §4, OpenSSH's PROTOCOL.u2f).
 *
 * Does not check that a point lies on its curve: whoever verifies with it does.
 *
 * @throws Fault `malformed`, `weak-algorithm` (DSA, RSA under 2,048 bits, Ed25519 points that prove nothing), `ssh-certificate`,
 *   `unsupported-key`
 */
export function readPublicKey(blob: Uint8Array): SshPublicKey {
  return readOrFault(() => {
    const reader = new SshReader(blob);
    const key = readByType(reader.text(), reader);
    reader.end();
    return key;
  });
}

function readByType(type: string, reader: SshReader): SshPublicKey {
  switch (type) {
    case "ssh-ed25519":
      return { type, ...readEd25519(reader) };
    case "sk-ssh-ed25519@openssh.com":
      return { type, ...readEd25519(reader), application: reader.string() };
    case "ecdsa-sha2-nistp256":
    case "ecdsa-sha2-nistp384":
    case "ecdsa-sha2-nistp521":
      return { type, ...readEcdsa(type.slice("ecdsa-sha2-".length), reader) };
    case "sk-ecdsa-sha2-nistp256@openssh.com":
      return { type, ...readEcdsa("nistp256", reader), application: reader.string() };
    case "ssh-rsa":
      return { type, ...readRsa(reader) };
    case "ssh-dss":
      throw new Fault("weak-algorithm");
    default:
      throw new Fault(certificateType.test(type) ? "ssh-certificate" : "unsupported-key");
  }
}

function readEd25519(reader: SshReader): { kind: "ed25519"; info: Bytes; point: Bytes } {
  const point = new Uint8Array(reader.string());
  if (point.length !== 32) throw new Fault("malformed");
  if (isDegeneratePoint("ed25519", point)) throw new Fault("weak-algorithm");
  return { kind: "ed25519", info: edwardsKeyInfo("ed25519", point), point };
}

function readEcdsa(curveName: string, reader: SshReader): { kind: "ecdsa"; info: Bytes; curve: Curve } {
  const curve = curves.get(curveName);
  if (!curve || reader.text() !== curveName) throw new Fault("malformed");
  const point = reader.string();
  const isUncompressed = point[0] === 4 && point.length === 1 + 2 * curve.octets;
  if (!isUncompressed) throw new Fault("malformed");
  return { kind: "ecdsa", info: ecKeyInfo(curve.identifier, point), curve };
}

function readRsa(reader: SshReader): { kind: "rsa"; info: Bytes } {
  const exponent = reader.unsignedInteger();
  const modulus = reader.unsignedInteger();
  const fault = rsaFault(modulus, exponent);
  if (fault) throw new Fault(fault);
  return { kind: "rsa", info: rsaKeyInfo(modulus, exponent) };
}
