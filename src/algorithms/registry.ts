import { CountersignError } from "../errors.js";
import { parseKeyId } from "../model/key-id.js";
import type { SignatureAlgorithm } from "./algorithm.js";

/** The algorithms of one instance, by identifier. */
export type AlgorithmRegistry = ReadonlyMap<string, SignatureAlgorithm>;

/**
 * Makes a registry of the given algorithms; nothing is global.
 *
 * @throws CountersignError `ERR_ALGORITHM_INVALID` for an identifier outside the grammar or without `verify`,
 *   `ERR_ALGORITHM_DUPLICATE` for two of one identifier
 */
export function createRegistry(algorithms: readonly SignatureAlgorithm[]): AlgorithmRegistry {
  const registry = new Map<string, SignatureAlgorithm>();
  for (const algorithm of algorithms) {
    if (parseKeyId(`custom:${algorithm.id}`)?.algorithm !== algorithm.id || typeof algorithm.verify !== "function") {
      throw new CountersignError("ERR_ALGORITHM_INVALID", "expected an algorithm with an identifier and verify");
    }
    if (registry.has(algorithm.id)) {
      throw new CountersignError("ERR_ALGORITHM_DUPLICATE", `expected one algorithm ${algorithm.id}, got two`);
    }
    registry.set(algorithm.id, algorithm);
  }
  return registry;
}

/**
 * The algorithm of that identifier, to sign with.
 *
 * @throws CountersignError `ERR_ALGORITHM_UNKNOWN`
 */
export function requireAlgorithm(registry: AlgorithmRegistry, id: string): SignatureAlgorithm {
  const algorithm = registry.get(id);
  if (!algorithm)
    throw new CountersignError("ERR_ALGORITHM_UNKNOWN", "expected an algorithm of this instance, got another");
  return algorithm;
}
