import type { ConformanceCase } from "../algorithm-conformance.js";
import { expectThat, textOf } from "../expect.js";
import { ownObject } from "../objects.js";
import type { Stage } from "../stage.js";

/** Whoever no longer waits gets no verdict, and nobody else gets another one for it. */
export function abortCases<Signer>(stage: Stage<Signer>): ConformanceCase[] {
  const accept = { name: "accepts nothing where the call was aborted before", run: () => checkAccept(stage) };
  return [
    { name: "throws where the call was aborted before", run: () => checkBefore(stage) },
    { name: "gives the right verdict after a call that was aborted", run: () => checkAfter(stage) },
    ...(stage.subject.toolOutput ? [accept] : []),
  ];
}

async function checkBefore<Signer>(stage: Stage<Signer>): Promise<void> {
  const algorithm = await stage.algorithm();
  const input = await stage.input({});
  await expectAborted((signal) => algorithm.verify({ ...input, signal }), "verify");
}

async function checkAfter<Signer>(stage: Stage<Signer>): Promise<void> {
  const algorithm = await stage.subject.create(await stage.signers());
  const controller = new AbortController();
  const input = await stage.input({ signal: controller.signal });
  const call = (async () => algorithm.verify(input))();
  controller.abort();
  await call.catch((error: unknown) => expectAbortError(error, controller.signal, "verify"));
  const verdict = await stage.judge({ algorithm }, "a right signature, after an aborted call");
  expectThat(textOf(verdict) === textOf(await stage.right()), "the same verdict after an aborted call");
}

async function checkAccept<Signer>(stage: Stage<Signer>): Promise<void> {
  const algorithm = await stage.algorithm();
  const [signer] = await stage.signers();
  const output = (await stage.subject.toolOutput?.(signer, ownObject, stage.times)) ?? "";
  const input = { object: ownObject, output, now: stage.now };
  await expectAborted(async (signal) => algorithm.accept?.({ ...input, signal }), "accept");
}

async function expectAborted(call: (signal: AbortSignal) => Promise<unknown>, name: string): Promise<void> {
  const signal = AbortSignal.abort();
  let error: unknown;
  try {
    await call(signal);
  } catch (thrown) {
    error = thrown;
  }
  expectThat(error !== undefined, `${name} to throw where its signal has ended`);
  expectAbortError(error, signal, name);
}

function expectAbortError(error: unknown, signal: AbortSignal, name: string): void {
  const { name: kind, code } = error as { name?: unknown; code?: unknown };
  const isAbort = error === signal.reason || kind === "AbortError" || code === "ERR_ABORTED";
  expectThat(
    isAbort,
    `${name} to throw on abort what says so: signal.reason, AbortError, ERR_ABORTED; got ${String(error)}`,
  );
}
