import { isJsonObject } from "../../encoding/json-object.js";
import type { Introduction } from "../../model/introduction.js";

const sha256Hex = /^[0-9a-f]{64}$/;

/**
 * What an algorithm says that keys say about each other, as far as it has the documented form and is its own to say; all else is left
 * out. Verifies nothing.
 *
 * @param algorithm identifier of the algorithm that was asked
 */
export function readIntroductions(value: unknown, algorithm: string): Introduction[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((one: unknown) => (isJsonObject(one) && readIntroduction(one, algorithm)) || []);
}

function readIntroduction(
  {
    algorithm,
    issuer,
    issuerKeyHash,
    target,
    targetKeyHash,
    name,
    depth,
    amount,
    domains,
    ...times
  }: Partial<Record<keyof Introduction, unknown>>,
  asked: string,
): Introduction | undefined {
  const { createdAt, validFrom, validUntil } = times;
  if (algorithm !== asked || !isText(issuer) || !isText(target) || typeof name !== "string") return undefined;
  if (!isKeyHash(issuerKeyHash) || !isKeyHash(targetKeyHash)) return undefined;
  if (!isWhole(depth, 0) || !isWhole(amount, 1) || !isTime(createdAt) || !isTime(validFrom)) return undefined;
  if (!(validUntil === undefined || isTime(validUntil)) || !(domains === undefined || isListOfText(domains))) {
    return undefined;
  }
  return {
    algorithm,
    issuer,
    issuerKeyHash,
    target,
    targetKeyHash,
    name,
    depth,
    amount,
    createdAt,
    validFrom,
    ...(domains !== undefined && { domains: [...domains] }),
    ...(validUntil !== undefined && { validUntil }),
  };
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

function isListOfText(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every(isText);
}

function isKeyHash(value: unknown): value is string {
  return typeof value === "string" && sha256Hex.test(value);
}

/** What OpenPGP writes into one byte. */
function isWhole(value: unknown, least: number): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= least && value <= 255;
}

function isTime(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}
