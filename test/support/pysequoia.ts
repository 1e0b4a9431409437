import { ensurePythonEnvironment } from "../../scripts/tools.mjs";
import { pipeThrough } from "./gnupg-home.js";

/** A key that today's Sequoia made, and a detached signature by it; all in base64. */
export interface SequoiaKey {
  readonly fingerprint: string;
  readonly certificate: string;
  /** Armored. */
  readonly signature: string;
}

const generateProgram = `
import base64, json, sys
from pysequoia import ArmorKind, CipherSuite, Profile, SignatureMode, Tsk, sign
request = json.load(sys.stdin)
data = base64.b64decode(request["data"])
def make(kind):
    options = {"user_id": "Py <py@example.org>", "profile": getattr(Profile, kind["profile"])}
    options["cipher_suite"] = getattr(CipherSuite, kind["suite"])
    key = Tsk.generate(**options)
    certificate = key.extract_certificate()
    signature = sign(key.signer(), data, mode=SignatureMode.DETACHED)
    return {
        "fingerprint": certificate.fingerprint.upper(),
        "certificate": base64.b64encode(bytes(certificate)).decode(),
        "signature": bytes(signature).decode(),
    }
def attempt(kind):
    try:
        return make(kind)
    except Exception as error:
        return {"error": str(error)}
print(json.dumps([attempt(kind) for kind in request["kinds"]]))
`;

const verifyProgram = `
import base64, json, sys
from pysequoia import Cert, Sig, verify
request = json.load(sys.stdin)
def check(entry):
    certificate = Cert.from_bytes(base64.b64decode(entry["certificate"]))
    signature = Sig.from_bytes(base64.b64decode(entry["signature"]))
    try:
        result = verify(bytes=base64.b64decode(entry["data"]), store=lambda ids: [certificate], signature=signature)
        return [signer.certificate.upper() for signer in result.valid_sigs]
    except Exception as error:
        return []
print(json.dumps([check(entry) for entry in request]))
`;

/** Makes keys of the given kinds with pysequoia, each with a detached signature on `data`. */
export async function generateWithSequoia(
  data: Uint8Array,
  kinds: readonly { readonly profile: string; readonly suite: string }[],
): Promise<(SequoiaKey | { readonly error: string })[]> {
  const request = { data: Buffer.from(data).toString("base64"), kinds };
  return JSON.parse(await python(generateProgram, request));
}

/** For each detached signature, the fingerprints of the certificates that Sequoia calls it good for. */
export async function verifyWithSequoia(
  entries: readonly { readonly certificate: Uint8Array; readonly signature: Uint8Array; readonly data: Uint8Array }[],
): Promise<string[][]> {
  const encode = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64");
  const request = entries.map(({ certificate, signature, data }) => ({
    certificate: encode(certificate),
    signature: encode(signature),
    data: encode(data),
  }));
  return JSON.parse(await python(verifyProgram, request));
}

async function python(program: string, request: unknown): Promise<string> {
  const path = await ensurePythonEnvironment("oracles");
  return (await pipeThrough(path, ["-c", program], JSON.stringify(request))).toString();
}
