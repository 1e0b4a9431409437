import type { AcceptedSignature, AcceptInput, SignatureAlgorithm } from "../../algorithms/algorithm.js";
import { utf8 } from "../../encoding/bytes.js";
import { canonicalJson } from "../../encoding/canonical-json.js";
import { formatKeyId, parseKeyId } from "../../model/key-id.js";
import type { ConformanceCase } from "../algorithm-conformance.js";
import { checkVerdict } from "../check-verdict.js";
import { expectThat, expectValid, textOf } from "../expect.js";
import { hostileValues } from "../hostile-values.js";
import { otherObjects, ownObject } from "../objects.js";
import type { Stage } from "../stage.js";

/** What comes back from a signing tool is published only if it is right. */
export function acceptCases<Signer>(stage: Stage<Signer>): ConformanceCase[] {
  const presence = stage.subject.toolOutput ? "has accept" : "has no accept, since the subject has no toolOutput";
  const accepting = [
    { name: "accepts a tool's output, as text and as bytes", run: () => checkAccepted(stage) },
    { name: "accepts nothing that is no signature", run: () => checkGarbage(stage) },
    { name: "accepts no signature on anything else", run: () => checkOtherObjects(stage) },
  ];
  return [{ name: presence, run: () => checkPresence(stage) }, ...(stage.subject.toolOutput ? accepting : [])];
}

async function checkPresence<Signer>(stage: Stage<Signer>): Promise<void> {
  const has = typeof (await stage.algorithm()).accept === "function";
  expectThat(
    has === (stage.subject.toolOutput !== undefined),
    "toolOutput for an algorithm with accept, and only there",
  );
}

async function checkAccepted<Signer>(stage: Stage<Signer>): Promise<void> {
  const output = await outputOf(stage);
  await checkOutput(stage, output);
  if (typeof output === "string") await checkOutput(stage, utf8(output));
}

async function checkOutput<Signer>(stage: Stage<Signer>, output: string | Uint8Array): Promise<void> {
  const algorithm = await stage.algorithm();
  const { keyId, value, verdict } = await acceptedFrom(algorithm, { object: ownObject, output, now: stage.now });
  checkVerdict(verdict, stage.now, "what is accepted");
  expectValid(verdict, "what is accepted");
  const parsed = parseKeyId(keyId);
  expectThat(parsed?.algorithm === algorithm.id, `a key ID of ${algorithm.id}, got ${keyId}`);
  expectThat(formatKeyId(parsed) === keyId, `a key ID that formatKeyId writes, got ${keyId}`);
  const [signer] = await stage.signers();
  expectThat(parsed.key === stage.subject.keyOf(signer), `the signer's key in the key ID, got ${keyId}`);
  const sent: unknown = typeof value === "string" ? value : JSON.parse(canonicalJson(value));
  expectThat(canonicalJson(sent) === canonicalJson(value), "a value that is JSON");
  const served = await stage.judge({ key: parsed.key, value }, "what was accepted");
  expectThat(textOf(served) === textOf(verdict), "the verdict that whoever reads the published value gets");
}

async function acceptedFrom(algorithm: SignatureAlgorithm, input: AcceptInput): Promise<AcceptedSignature> {
  const what = `a tool's output as ${typeof input.output === "string" ? "text" : "bytes"}`;
  try {
    const accepted = await algorithm.accept?.(input);
    expectThat(accepted !== undefined, "a signature");
    return accepted;
  } catch (cause) {
    throw new Error(`expected accept to take ${what}, got ${String(cause)}`, { cause });
  }
}

async function checkGarbage<Signer>(stage: Stage<Signer>): Promise<void> {
  const texts = hostileValues.flatMap(([, values]) => values().filter((value) => typeof value === "string"));
  for (const text of texts) {
    await expectRefused(stage, { output: text }, JSON.stringify(text.slice(0, 40)));
    await expectRefused(stage, { output: utf8(text) }, `the bytes of ${JSON.stringify(text.slice(0, 40))}`);
  }
  for (const byte of [0, 0x30, 0x80, 0xff]) {
    await expectRefused(stage, { output: new Uint8Array(1000).fill(byte) }, `a thousand bytes ${byte}`);
  }
}

async function checkOtherObjects<Signer>(stage: Stage<Signer>): Promise<void> {
  const output = await outputOf(stage);
  for (const [what, object] of otherObjects) await expectRefused(stage, { object, output }, `a signature for ${what}`);
}

async function outputOf<Signer>(stage: Stage<Signer>): Promise<string | Uint8Array> {
  const [signer] = await stage.signers();
  return (await stage.subject.toolOutput?.(signer, ownObject, stage.times)) ?? "";
}

async function expectRefused<Signer>(stage: Stage<Signer>, given: Partial<AcceptInput>, what: string): Promise<void> {
  const algorithm = await stage.algorithm();
  let code: unknown = "nothing thrown";
  try {
    await algorithm.accept?.({ object: ownObject, output: "", now: stage.now, ...given });
  } catch (error) {
    code = (error as { code?: unknown }).code ?? error;
  }
  const isRefused = typeof code === "string" && code.startsWith("ERR_ACCEPT_");
  expectThat(isRefused, `an error with a code ERR_ACCEPT_… for ${what}, got ${String(code)}`);
}
