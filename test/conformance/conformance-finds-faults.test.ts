import type { SignatureAlgorithm, SigningCommand, Verdict, VerifyInput } from "matrix-countersign";
import { algorithmConformance, type ConformanceSubject } from "matrix-countersign/testing";
import { describe, expect, it } from "vitest";
import { customSubject } from "../../examples/custom-algorithm/conformance-subject.js";
import { openpgpSubject } from "../support/openpgp-subject.js";
import { sshsigSubject } from "../support/sshsig-subject.js";
import { type StampSigner, stampSubject } from "../support/stamp-subject.js";

type Verify = SignatureAlgorithm["verify"];

/** The subject with its algorithm broken. */
function broken<Signer>(
  subject: ConformanceSubject<Signer>,
  fault: (algorithm: SignatureAlgorithm) => Partial<SignatureAlgorithm>,
): ConformanceSubject<Signer> {
  const create = async (signers: readonly Signer[]): Promise<SignatureAlgorithm> => {
    const algorithm = await subject.create(signers);
    return { ...algorithm, ...fault(algorithm) };
  };
  return { ...subject, create };
}

const stamp = (fault: (algorithm: SignatureAlgorithm) => Partial<SignatureAlgorithm>) => broken(stampSubject(), fault);
const custom = (fault: (algorithm: SignatureAlgorithm) => Partial<SignatureAlgorithm>) =>
  broken(customSubject(), fault);
const openpgp = (fault: (algorithm: SignatureAlgorithm) => Partial<SignatureAlgorithm>) =>
  broken(openpgpSubject({ type: "curve25519" }), fault);

/** Asks another question than it was asked. */
const asks = (change: (input: VerifyInput) => Partial<VerifyInput>) => (algorithm: SignatureAlgorithm) => ({
  verify: ((input) => algorithm.verify({ ...input, ...change(input) })) as Verify,
});

/** Gives another answer where the signature is right. */
const answers = (change: (verdict: Verdict, input: VerifyInput) => object) => (algorithm: SignatureAlgorithm) => ({
  verify: (async (input) => {
    const verdict = await algorithm.verify(input);
    return verdict.signer ? { ...verdict, ...change(verdict, input) } : verdict;
  }) as Verify,
});

const gives = (command: (text: string) => Partial<SigningCommand>) => () => ({
  commands: (bytes: Uint8Array): SigningCommand[] => [
    { tool: "sign", form: "pipe", command: "", ...command(new TextDecoder().decode(bytes)) },
  ],
});

/** Takes whatever stands on an object for right, once something was. */
const remembersTooMuch = ({ verify }: SignatureAlgorithm): Partial<SignatureAlgorithm> => {
  const known = new Map<string, Verdict>();
  const remember: Verify = async (input) => {
    const question = `${input.key} ${input.object.bytes}`;
    const verdict = known.get(question) ?? (await verify(input));
    if (verdict.status === "valid") known.set(question, verdict);
    return verdict;
  };
  return { verify: remember };
};

/** Keeps the failure of a call that was aborted. */
const keepsAbort = ({ verify }: SignatureAlgorithm): Partial<SignatureAlgorithm> => {
  let first: Promise<Verdict> | undefined;
  const once: Verify = async (input) => {
    first ??= Promise.resolve().then(() => verify(input));
    await first;
    return verify(input);
  };
  return { verify: once };
};

const unhashed = { type: 101, critical: false, body: new TextEncoder().encode("unhashed") };
const trimmed = (bytes: Uint8Array<ArrayBuffer>) => new TextEncoder().encode(new TextDecoder().decode(bytes).trim());

const fault = <Signer>(what: string, subject: ConformanceSubject<Signer>, found: string) => ({
  what,
  cases: algorithmConformance(subject).filter(({ name }) => name.includes(found)),
});

/** A fault, an algorithm that has it, and the case that must find it. */
const faults = [
  fault(
    "an identifier in upper case",
    stamp(() => ({ id: "org.example.Stamp" })),
    "has an identifier",
  ),
  fault("no signer", stamp(answers(() => ({ signer: undefined }))), "calls a right signature valid"),
  fault(
    "a keyHash in upper case",
    stamp(answers(({ signer }) => ({ signer: { ...signer, keyHash: signer?.keyHash.toUpperCase() } }))),
    "calls a right signature valid",
  ),
  fault(
    "a hundred names",
    stamp(answers(({ signer }) => ({ signer: { ...signer, names: Array(100).fill("Alice") } }))),
    "calls a right signature valid",
  ),
  fault("a code of another status", stamp(answers(() => ({ code: "bad-signature" }))), "calls a right signature valid"),
  fault("a time that is a date", stamp(answers(() => ({ createdAt: new Date() }))), "calls a right signature valid"),
  fault("no valueHash", stamp(answers(() => ({ valueHash: undefined }))), "names each signature by a hash"),
  fault(
    "one valueHash for all",
    stamp(answers(() => ({ valueHash: "0".repeat(64) }))),
    "names each signature by a hash",
  ),
  fault(
    "one keyHash for all",
    stamp(answers(({ signer }) => ({ signer: { ...signer, keyHash: "0".repeat(64) } }))),
    "tells two signers apart",
  ),
  fault(
    "a verdict with chance in it",
    stamp(answers(({ signer }) => ({ signer: { ...signer, names: [String(Math.random())] } }))),
    "says the same each time",
  ),
  fault(
    "bytes that are written to",
    stamp(
      answers((_verdict, { object }) => {
        object.bytes.fill(0, 0, 1);
        return {};
      }),
    ),
    "calls a right signature valid",
  ),
  fault(
    "another spelling with another hash",
    stamp((algorithm) => ({
      verify: async (input) => {
        const verdict = await algorithm.verify({ ...input, value: String(input.value).trim() });
        return verdict.valueHash
          ? { ...verdict, valueHash: "0".repeat(63) + (String(input.value).length % 10) }
          : verdict;
      },
    })),
    "takes another spelling",
  ),
  fault(
    "members in a fixed order",
    custom(asks(({ value }) => ({ value: Object.keys(value)[0] === "signature" ? value : {} }))),
    "reads the members of an object in any order",
  ),
  fault(
    "signatures too long for a key",
    {
      ...stamp(asks(({ value }) => ({ value: String(value).trim() }))),
      sign: async (...input) => String(await stampSubject().sign(...input)).padEnd(3000),
    },
    "fits the 2,048",
  ),
  fault(
    "bytes without the white space at their end",
    stamp(asks(({ object }) => ({ object: { ...object, bytes: trimmed(object.bytes) } }))),
    "does not take a signature for one on the bytes and a line feed",
  ),
  fault(
    "bytes up to the fortieth",
    {
      ...stamp(asks(({ object }) => ({ object: { ...object, bytes: object.bytes.slice(0, 40) } }))),
      sign: async (signer, object) =>
        stampSubject().sign(signer, { ...object, bytes: object.bytes.slice(0, 40) }, { createdMs: 0 }),
    },
    "does not take a signature for one on the same key as a user-signing key",
  ),
  fault("a key with a space", stamp(asks(({ key = "" }) => ({ key: key.trim() }))), "under a malformed key"),
  fault(
    "a key where there is none",
    custom(asks(() => ({ key: undefined as never }))),
    "under a key ID without its key",
  ),
  fault(
    "a memory that knows the object alone",
    stamp(remembersTooMuch),
    "does not take a signature with a bit changed",
  ),
  fault(
    "a part that nothing covers, and that the subject does not tell of",
    { ...openpgpSubject({ type: "curve25519" }, [unhashed]), hasUnsignedParts: false },
    "does not take a signature with a bit changed",
  ),
  fault(
    "evidence out of a part that nothing covers",
    broken(
      openpgpSubject({ type: "curve25519" }, [unhashed]),
      answers(({ signer }, { value }) => ({ signer: { ...signer, names: [String(value).slice(-200)] } })),
    ),
    "does not take a signature with a bit changed",
  ),
  fault("a memory of parts", stamp(remembersTooMuch), "does not take a part of a signature"),
  fault(
    "an error on an object",
    stamp(asks(({ value }) => ({ value: (value as string).slice(0) }))),
    "has a verdict on odd objects",
  ),
  fault(
    "a recursion without a bound",
    stamp(asks(({ value }) => ({ value: typeof value === "string" ? value : (deepCopy(value) as typeof value) }))),
    "has a verdict on an object nested 10,000 deep",
  ),
  fault(
    "an expiry in seconds",
    custom(answers(({ expiresAt = 0 }) => ({ expiresAt: expiresAt / 1000 }))),
    "says when a signature was made and when it ends",
  ),
  fault(
    "no interval for what has ended",
    custom(answers(({ code }) => (code === "expired" ? { validUntil: undefined } : {}))),
    "calls expired what has ended",
  ),
  fault(
    "an interval that goes on though it has ended",
    custom(answers(({ code }, { now }) => (code === "expired" ? { validUntil: now + 1 } : {}))),
    "calls expired what has ended",
  ),
  fault("a clock of its own", custom(asks(() => ({ now: Date.now() }))), "calls expired what has ended"),
  fault(
    "an expiry that is shown and not obeyed",
    custom(answers(() => ({ status: "valid", code: "valid" }))),
    "calls expired what has ended",
  ),
  fault("a clock an hour ahead", openpgp(asks(({ now }) => ({ now: now + 3_600_000 }))), "calls made-in-future"),
  fault(
    "no ear for abort",
    stamp(asks(() => ({ signal: undefined as never }))),
    "throws where the call was aborted before",
  ),
  fault("an abort that is kept", stamp(keepsAbort), "gives the right verdict after a call that was aborted"),
  fault(
    "a cacheContext with chance in it",
    stamp(() => ({ cacheContext: async () => String(Math.random()) })),
    "has one short cacheContext",
  ),
  fault(
    "one cacheContext for all keys",
    custom(() => ({ cacheContext: async () => "1" })),
    "has another cacheContext",
  ),
  fault(
    "no accept",
    stamp(() => ({ accept: undefined as never })),
    "has accept",
  ),
  fault(
    "a key ID of another algorithm",
    stamp(({ accept }) => ({
      accept: async (input) => ({ ...(await accept?.(input)), keyId: "custom:org.example.other:key" }) as never,
    })),
    "accepts a tool's output",
  ),
  fault(
    "an accept for text alone",
    stamp(({ accept }) => ({
      accept: async (input) => {
        if (typeof input.output !== "string") throw new TypeError("no text");
        return accept?.(input) as never;
      },
    })),
    "accepts a tool's output",
  ),
  fault(
    "an accept that believes",
    stamp(({ accept }) => ({
      accept: async (input) => accept?.(input).catch(() => ({ keyId: "", value: "", verdict: {} })) as never,
    })),
    "accepts nothing that is no signature",
  ),
  fault(
    "a quote that ends the quotes",
    stamp(gives((text) => ({ command: `printf %s '${text.replace(/[^ -~]/g, "")}' | sign` }))),
    "gives command lines that run the same",
  ),
  fault(
    "double quotes, in which a shell looks",
    stamp(gives((text) => ({ command: `printf %s ${JSON.stringify(text.replace(/[^ -~]/g, ""))} | sign` }))),
    "gives command lines that run the same",
  ),
  fault(
    "single quotes inside of double ones",
    stamp(gives((text) => ({ command: `sign --text "it is '${text.replace(/[^ -~]|"/g, "")}'"` }))),
    "gives command lines that run the same",
  ),
  fault(
    "a command that does not say where it writes",
    stamp(gives(() => ({ form: "file", command: "sign x", inputFile: "x", outputFile: "y.sig" }))),
    "gives command lines of one printable line each",
  ),
  fault(
    "more about a key that is not known than about one that is",
    broken(
      sshsigSubject("ed25519"),
      answers(({ code, signer }) =>
        code === "key-unconfirmed" ? { signer: { ...signer, names: ["Example Ltd"] } } : {},
      ),
    ),
    "says nothing else where it knows fewer keys",
  ),
  fault(
    "a command on a file that holds the object",
    stamp(gives((text) => ({ form: "file", command: `sign x --note ${text.length}`, inputFile: "x" }))),
    "gives command lines that run the same",
  ),
  fault(
    "several lines",
    stamp(gives((text) => ({ command: `printf %s '${text.replaceAll("'", "'\\''")}'\nsign` }))),
    "gives command lines of one printable line each",
  ),
];

for (const { what, cases } of faults) {
  it(`finds ${what}`, async () => {
    expect(cases).toHaveLength(1);
    await expect(cases[0]?.run()).rejects.toThrow(/^expected /);
  });
}

/** The key stands in the value, as in a certificate, and what stands in the key ID decides nothing. */
const hinted = (
  fault: (algorithm: SignatureAlgorithm) => Partial<SignatureAlgorithm>,
): ConformanceSubject<StampSigner> => {
  const subject = stampSubject();
  const { toolOutput: _toolOutput, ...rest } = subject;
  const keyed = broken(rest as ConformanceSubject<StampSigner>, ({ verify }) => ({
    accept: undefined as never,
    verify: async (input) => {
      const [key = "", value = ""] = typeof input.value === "string" ? input.value.split(" ") : [];
      return verify({ ...input, key, value });
    },
  }));
  const sign: typeof subject.sign = async (signer, object) => (await signer.sign(object.bytes)) as string;
  return { ...broken(keyed, fault), sign, keyIsHint: true, hasUnsignedParts: false };
};

describe("of an algorithm whose key IDs only hint", () => {
  for (const { name, run } of algorithmConformance(hinted(() => ({})))) it(name, run);

  it("finds one that names the hint as the signer", async () => {
    const naming = answers(({ signer }, { key = "" }) => ({ signer: { ...signer, fingerprint: key || "none" } }));
    const cases = algorithmConformance(hinted(naming)).filter(({ name }) => name.includes("another's"));
    await expect(cases[0]?.run()).rejects.toThrow(/^expected /);
  });
});

it("has nothing against a command line that quotes what it prints", async () => {
  const right = stamp(gives((text) => ({ command: `printf %s '${text.replaceAll("'", "'\\''")}' | sign -a "$HOME"` })));
  const run = algorithmConformance(right).find(({ name }) => name.startsWith("gives command lines that run"))?.run;
  await expect(run?.()).resolves.toBeUndefined();
});

function deepCopy(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, deepCopy(member)]));
}
