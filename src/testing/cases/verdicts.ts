import { parseKeyId } from "../../model/key-id.js";
import type { ConformanceCase } from "../algorithm-conformance.js";
import { expectThat, expectValid, textOf } from "../expect.js";
import { ownObject } from "../objects.js";
import type { Stage } from "../stage.js";

/** What a verdict on a right signature says, and that it is the same each time. */
export function verdictCases<Signer>(stage: Stage<Signer>): ConformanceCase[] {
  return [
    { name: "has an identifier that key IDs can hold", run: () => checkIdentifier(stage) },
    { name: "calls a right signature valid and says by whom", run: () => checkRight(stage) },
    { name: "names each signature by a hash, so that it can be withdrawn", run: () => checkHash(stage) },
    { name: "tells two signers apart", run: () => checkSigners(stage) },
    { name: "says the same each time, whichever instance is asked", run: () => checkRepeated(stage) },
    { name: "keeps apart what is asked at once", run: () => checkConcurrent(stage) },
  ];
}

async function checkIdentifier<Signer>(stage: Stage<Signer>): Promise<void> {
  const { id } = await stage.algorithm();
  const isOwn = parseKeyId(`custom:${id}:key`)?.algorithm === id && id.includes(".") && !id.startsWith("m.");
  expectThat(isOwn, `a reverse-domain identifier outside of m., in lower case, got ${id}`);
}

async function checkRight<Signer>(stage: Stage<Signer>): Promise<void> {
  expectValid(await stage.right(), "a right signature");
}

async function checkHash<Signer>(stage: Stage<Signer>): Promise<void> {
  const { valueHash } = await stage.right();
  expectThat(valueHash !== undefined, "valueHash with a right signature");
  const [signer] = await stage.signers();
  const object = { ...ownObject, bytes: ownObject.bytes.slice(1) };
  const value = await stage.subject.sign(signer, object, stage.times);
  const other = await stage.judge({ object, value }, "a signature on other bytes");
  expectThat(other.valueHash !== valueHash, "another valueHash for another signature");
}

async function checkSigners<Signer>(stage: Stage<Signer>): Promise<void> {
  const [, second] = await stage.signers();
  const value = await stage.subject.sign(second, ownObject, stage.times);
  const verdict = await stage.judge({ key: stage.subject.keyOf(second), value }, "the second signer's signature");
  expectValid(verdict, "the second signer's signature");
  const { signer } = await stage.right();
  const isOther = verdict.signer?.keyHash !== signer?.keyHash && verdict.signer?.fingerprint !== signer?.fingerprint;
  expectThat(isOther, "another fingerprint and another keyHash for another signer");
}

async function checkRepeated<Signer>(stage: Stage<Signer>): Promise<void> {
  const right = textOf(await stage.right());
  const fresh = await stage.subject.create(await stage.signers());
  for (const algorithm of [await stage.algorithm(), fresh, fresh]) {
    const verdict = await stage.judge({ algorithm }, "a right signature, once more");
    expectThat(textOf(verdict) === right, `the same verdict each time: ${right}, got ${textOf(verdict)}`);
  }
}

async function checkConcurrent<Signer>(stage: Stage<Signer>): Promise<void> {
  const right = textOf(await stage.right());
  const wrong = { ...ownObject, bytes: ownObject.bytes.slice(1) };
  const asked = Array.from({ length: 20 }, async (_, index) => {
    if (index % 2 === 0) return textOf(await stage.judge({}, "a right signature among wrong ones")) === right;
    return (await stage.judge({ object: wrong }, "a wrong signature among right ones")).status !== "valid";
  });
  expectThat((await Promise.all(asked)).every(Boolean), "each of twenty signatures to get its own verdict");
}
