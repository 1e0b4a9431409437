import { CountersignError } from "../../errors.js";
import { throwIfAborted } from "../../model/abort.js";
import type { Introduction } from "../../model/introduction.js";
import { Fault } from "../shared/fault.js";
import type { Statements } from "./certifications.js";
import { Horizon } from "./horizon.js";
import { algorithmId } from "./identifier.js";
import type { Keyring } from "./keyring.js";
import { type LiveStatement, StatementJudge } from "./newest-statement.js";
import { type Standing, type StandingName, standingAt } from "./standing.js";
import type { Verifier } from "./verifier.js";

/** Full trust (RFC 9580 §5.2.3.21). */
const fullAmount = 120;

/** What {@link IntroductionFinder.find} looks for. */
export interface IntroductionsRequest {
  readonly roots: readonly string[];
  readonly now: number;
  readonly signal?: AbortSignal;
}

interface Found {
  /** Of which keyring and which roots. */
  readonly question: string;
  readonly horizon: Horizon;
  readonly introductions: readonly Introduction[];
}

/**
 * Finds what the certificates of a keyring say about each other, from the roots on.
 *
 * Only the words of roots and of those whom somebody believed calls an introducer are verified: what strangers hang on a
 * certificate costs nothing. Certificates count while they are alive and unrevoked, names while the certificate itself says
 * them and never revoked them; a name revoked once stays out. How deep a path may go is left to whoever searches.
 */
export class IntroductionFinder {
  readonly #keyring: Keyring;
  readonly #verifier: Verifier;
  readonly #statements = new StatementJudge();
  #last: Found | undefined;

  constructor(keyring: Keyring, verifier: Verifier) {
    this.#keyring = keyring;
    this.#verifier = verifier;
  }

  /**
   * The same list again while neither the keyring nor, by the passage of time, anything in it has changed.
   *
   * @throws CountersignError `ERR_ABORTED`, `ERR_ALGORITHM_LIBRARY`
   */
  async find({ roots, now, signal }: IntroductionsRequest): Promise<readonly Introduction[]> {
    throwIfAborted(signal);
    const believed = new Set(roots.map((root) => root.toUpperCase()));
    const question = `${this.#keyring.additions} ${[...believed].sort().join()}`;
    const last = this.#last;
    if (last?.question === question && last.horizon.nowMs <= now && now < last.horizon.untilMs)
      return last.introductions;
    const horizon = new Horizon(now);
    const introductions = await this.#walk(believed, horizon, signal);
    this.#last = { question, horizon, introductions };
    return introductions;
  }

  async #walk(believed: Set<string>, horizon: Horizon, signal: AbortSignal | undefined): Promise<Introduction[]> {
    const introductions: Introduction[] = [];
    const standing = this.#standings(horizon);
    // Grows while it is walked through.
    for (const fingerprint of believed) {
      throwIfAborted(signal);
      const issuer = await standing(fingerprint);
      if (!issuer) continue;
      for (const name of issuer.names.values()) introductions.push(ownIntroduction(issuer, name, horizon));
      if (!issuer.mayCertify) continue;
      for (const statements of this.#keyring.certifications.by(fingerprint)) {
        const target = await standing(statements.target);
        const introduction = target && (await this.#introduction(issuer, target, statements, horizon, signal));
        if (!introduction) continue;
        introductions.push(introduction);
        if (introduction.depth > 0) believed.add(introduction.target);
      }
    }
    return introductions;
  }

  async #introduction(
    issuer: Standing,
    target: Standing,
    statements: Statements,
    horizon: Horizon,
    signal: AbortSignal | undefined,
  ): Promise<Introduction | undefined> {
    const name = target.names.get(statements.userId);
    if (!name) return undefined;
    const parties = { issuer: issuer.key, target: target.key, userId: name.body };
    try {
      const statement = await this.#statements.newest(issuer.library, statements, parties, horizon, signal);
      return statement && introductionOf(issuer, target, name, statement, horizon);
    } catch (error) {
      return withoutIt(error, horizon);
    }
  }

  /** How certificates stand, each judged once for all its statements. */
  #standings(horizon: Horizon): (fingerprint: string) => Promise<Standing | undefined> {
    const known = new Map<string, Promise<Standing | undefined>>();
    return (fingerprint) => {
      const standing = known.get(fingerprint) ?? this.#standing(fingerprint, horizon);
      known.set(fingerprint, standing);
      return standing;
    };
  }

  async #standing(fingerprint: string, horizon: Horizon): Promise<Standing | undefined> {
    const certificate = this.#keyring.find(fingerprint);
    if (!certificate) return undefined;
    try {
      return standingAt(await this.#verifier.judge(certificate), horizon);
    } catch (error) {
      return withoutIt(error, horizon);
    }
  }
}

/** One that fails stops no other: what is refused counts for nothing, and what may pass is asked again the next time. */
function withoutIt(error: unknown, horizon: Horizon): undefined {
  if (error instanceof CountersignError) throw error;
  if (!(error instanceof Fault)) horizon.close();
}

function ownIntroduction(certificate: Standing, name: StandingName, horizon: Horizon): Introduction {
  const { createdMs } = name;
  const statement = { depth: 0, amount: fullAmount, createdMs, untilMs: Number.POSITIVE_INFINITY };
  return introductionOf(certificate, certificate, name, statement, horizon);
}

function introductionOf(
  issuer: Standing,
  target: Standing,
  name: StandingName,
  { depth, amount, domains, createdMs, untilMs }: LiveStatement,
  { nowMs }: Horizon,
): Introduction {
  const endMs = Math.min(untilMs, name.untilMs, issuer.untilMs, target.untilMs);
  return {
    algorithm: algorithmId,
    issuer: issuer.key.fingerprint,
    issuerKeyHash: issuer.key.keyHash,
    target: target.key.fingerprint,
    targetKeyHash: target.key.keyHash,
    name: name.text,
    depth,
    amount,
    ...(domains && { domains }),
    createdAt: createdMs,
    // Another computer's clock may be ahead, and its word counts all the same.
    validFrom: Math.min(createdMs, nowMs),
    ...(endMs !== Number.POSITIVE_INFINITY && { validUntil: endMs }),
  };
}
