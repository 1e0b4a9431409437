import type { SignatureAlgorithm, VerifyInput } from "../algorithms/algorithm.js";
import { equalBytes } from "../encoding/bytes.js";
import type { SignatureValue } from "../model/external-signature.js";
import type { Verdict } from "../model/report.js";
import { checkVerdict } from "./check-verdict.js";
import { expectNotValid, expectThat, expectValid } from "./expect.js";
import { ownObject } from "./objects.js";
import type { ConformanceSubject, SignatureTimes } from "./subject.js";

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** No value of 256 KiB takes longer to refuse, however slow the machine. */
const maxAnswerMs = 10_000;

/** What to verify, and by whom. Left out: the right signature on the own object, now, by an algorithm that knows both signers. */
export interface Question extends Partial<Omit<VerifyInput, "key">> {
  readonly algorithm?: SignatureAlgorithm;
  /** `undefined` is a key ID without a key. */
  readonly key?: string | undefined;
}

/** What the cases of one subject share: signers, an algorithm and a right signature, made when they are first needed. */
export class Stage<Signer> {
  readonly subject: ConformanceSubject<Signer>;
  /** The time of the tests, milliseconds since 1970. */
  readonly now: number;
  /** The times of the right signature: an hour old, and good for another day where it says so. */
  readonly times: Required<SignatureTimes>;
  #signers: Promise<readonly [Signer, Signer]> | undefined;
  #algorithm: Promise<SignatureAlgorithm> | undefined;
  #value: Promise<SignatureValue> | undefined;
  #right: Promise<Verdict> | undefined;

  constructor(subject: ConformanceSubject<Signer>) {
    this.subject = subject;
    this.now = Math.floor(subject.now ?? Date.now());
    this.times = { createdMs: this.now - hourMs, expiresMs: (Math.floor(this.now / dayMs) + 2) * dayMs };
  }

  tells(time: "created" | "expires"): boolean {
    return this.subject.tells?.includes(time) ?? false;
  }

  signers(): Promise<readonly [Signer, Signer]> {
    this.#signers ??= this.subject.signers();
    return this.#signers;
  }

  /** The instance that knows both signers and that most cases ask. */
  algorithm(): Promise<SignatureAlgorithm> {
    this.#algorithm ??= this.signers().then((signers) => this.subject.create(signers));
    return this.#algorithm;
  }

  /** The first signer's signature on the own object. */
  value(): Promise<SignatureValue> {
    this.#value ??= this.signers().then(([signer]) => this.subject.sign(signer, ownObject, this.times));
    return this.#value;
  }

  /** That signature in every form in which it is read, the one that is published foremost. */
  async forms(): Promise<readonly SignatureValue[]> {
    const value = await this.value();
    return [value, ...(this.subject.otherForms?.(value) ?? [])];
  }

  /** The verdict on that signature. */
  right(): Promise<Verdict> {
    this.#right ??= this.judge({}, "a right signature");
    return this.#right;
  }

  async input(question: Question): Promise<VerifyInput> {
    const { algorithm: _algorithm, ...given } = question;
    const [signer] = await this.signers();
    const { key, object, ...input } = {
      object: ownObject,
      key: this.subject.keyOf(signer),
      value: await this.value(),
      now: this.now,
      ...given,
    };
    // A copy, so that an algorithm that writes to its input disturbs no other case.
    const copied = { ...input, object: { ...object, bytes: object.bytes.slice() } };
    return key === undefined ? copied : { ...copied, key };
  }

  /**
   * The verdict on what must not be valid, asked of an algorithm that has called the right signature valid before: so none
   * passes that calls nothing valid, or that remembers too much.
   *
   * @throws Error
   */
  async refuse(question: Question, what: string): Promise<Verdict> {
    expectValid(await this.right(), "a right signature");
    const verdict = await this.judge(question, what);
    expectNotValid(verdict, what);
    return verdict;
  }

  /**
   * The verdict on one signature, after it was checked to be one, to have come in time and to have left its input as it was.
   *
   * @throws Error
   */
  async judge(question: Question, what: string): Promise<Verdict> {
    const algorithm = question.algorithm ?? (await this.algorithm());
    const input = await this.input(question);
    const bytes = input.object.bytes.slice();
    const value = snapshot(input.value);
    const startedMs = Date.now();
    const verdict = await verdictOrFailure(algorithm, input, what);
    expectThat(Date.now() - startedMs <= maxAnswerMs, `a verdict on ${what} within ten seconds`);
    checkVerdict(verdict, input.now, what);
    expectThat(equalBytes(bytes, input.object.bytes), `the object's bytes to stay as they are: ${what}`);
    expectThat(snapshot(input.value) === value, `the value to stay as it is: ${what}`);
    return verdict;
  }
}

async function verdictOrFailure(algorithm: SignatureAlgorithm, input: VerifyInput, what: string): Promise<Verdict> {
  try {
    return await algorithm.verify(input);
  } catch (cause) {
    throw new Error(`expected a verdict on ${what}, got ${String(cause)}`, { cause });
  }
}

/** Comparable text of a value; nothing of one that is nested too deep to be written. */
function snapshot(value: SignatureValue): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}
