import { isJsonObject } from "../../encoding/json-object.js";
import type { SignatureValue } from "../../model/external-signature.js";
import { maxManifestBytes } from "../../model/manifest/manifest.js";
import { defaultSignatureSizeLimit, signatureSize } from "../../model/size.js";
import type { ConformanceCase } from "../algorithm-conformance.js";
import { expectThat, textOf } from "../expect.js";
import type { Stage } from "../stage.js";

/** What a manifest holds beside its one signature: user ID, keys, times, approval. */
const manifestFrame = 2048;

/** In how many spellings one signature comes, and how long it is. */
export function formCases<Signer>(stage: Stage<Signer>): ConformanceCase[] {
  const { otherForms, needsManifest } = stage.subject;
  const forms = { name: "reads every form of one signature alike", run: () => checkForms(stage) };
  const sizeName = needsManifest ? "fits into a manifest" : "fits the 2,048 that may hang on a key";
  return [
    ...(otherForms ? [forms] : []),
    { name: "reads the members of an object in any order", run: () => checkOrder(stage) },
    { name: "takes another spelling for the same signature or for none", run: () => checkSpellings(stage) },
    { name: sizeName, run: () => checkSize(stage) },
  ];
}

async function checkForms<Signer>(stage: Stage<Signer>): Promise<void> {
  const right = textOf(await stage.right());
  const [, ...others] = await stage.forms();
  expectThat(others.length > 0, "otherForms to give a form");
  for (const [index, value] of others.entries()) {
    const verdict = textOf(await stage.judge({ value }, `other form ${index}`));
    expectThat(verdict === right, `the same verdict on other form ${index}: ${right}, got ${verdict}`);
  }
}

/** Servers write objects anew, so nothing may hang on the order of members. */
async function checkOrder<Signer>(stage: Stage<Signer>): Promise<void> {
  const right = textOf(await stage.right());
  for (const form of await stage.forms()) {
    if (!isJsonObject(form)) continue;
    const value = Object.fromEntries(Object.entries(form).reverse());
    const verdict = textOf(await stage.judge({ value }, "the members in reverse order"));
    expectThat(verdict === right, `the same verdict in any order of members: ${right}, got ${verdict}`);
  }
}

/** A withdrawal names the decoded signature: in no spelling may it come back as another one. */
async function checkSpellings<Signer>(stage: Stage<Signer>): Promise<void> {
  const right = textOf(await stage.right());
  for (const [what, value] of (await stage.forms()).flatMap(spellings)) {
    const verdict = await stage.judge({ value }, what);
    const isSame = verdict.status !== "valid" || textOf(verdict) === right;
    expectThat(isSame, `${what} to be refused, or the same verdict: ${right}, got ${textOf(verdict)}`);
  }
}

function spellings(value: SignatureValue): [what: string, value: SignatureValue][] {
  if (typeof value !== "string") {
    return [
      ["an object with one more member", { ...value, "org.example.more": 1 }],
      ["an object as JSON text", JSON.stringify(value)],
    ];
  }
  return [
    ["white space in front", ` ${value}`],
    ["white space behind", `${value} `],
    ["a line feed behind", `${value}\n`],
    ["lines of Windows", value.replaceAll("\n", "\r\n")],
    ["a line feed in the middle", `${value.slice(0, value.length / 2)}\n${value.slice(value.length / 2)}`],
    ["the signature twice", value + value],
    ["padding", `${value}=`],
    ["more padding", `${value}==`],
    ["the URL-safe alphabet", value.replaceAll("+", "-").replaceAll("/", "_")],
    ["other letters behind", `${value}A`],
    ["a NUL behind", `${value}\0`],
  ];
}

async function checkSize<Signer>(stage: Stage<Signer>): Promise<void> {
  const { subject } = stage;
  const { id } = await stage.algorithm();
  const [signer] = await stage.signers();
  const key = subject.keyOf(signer);
  const size = signatureSize(key === undefined ? `custom:${id}` : `custom:${id}:${key}`, await stage.value());
  const limit = subject.needsManifest ? maxManifestBytes - manifestFrame : defaultSignatureSizeLimit;
  expectThat(size <= limit, `key ID and value of at most ${limit} characters, got ${size}`);
}
