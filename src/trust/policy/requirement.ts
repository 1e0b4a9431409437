import type { Requirement } from "../../model/trust-policy.js";
import { areIndependent, type CountedVouch, haveOneAnchor, isWorth } from "./independence.js";

/** What is called with the vouches that are used up, and says whether all else can be satisfied beside them. */
type Rest = (used: readonly CountedVouch[]) => boolean;

/**
 * Whether the vouches satisfy a requirement: each part by vouches that are independent of those that another part counts, and under other
 * anchors. A part of the form `{ amount }` counts by itself.
 *
 * @param step counts the work; throws where it is too much
 */
export function satisfies(requirement: Requirement, vouches: readonly CountedVouch[], step: () => void): boolean {
  return satisfyAll([requirement], vouches, [], step, () => true);
}

function satisfyAll(
  parts: readonly Requirement[],
  vouches: readonly CountedVouch[],
  used: readonly CountedVouch[],
  step: () => void,
  rest: Rest,
): boolean {
  const [first, ...others] = parts;
  if (!first) return rest(used);
  return satisfyOne(first, vouches, used, step, (next) => satisfyAll(others, vouches, next, step, rest));
}

function satisfyOne(
  part: Requirement,
  vouches: readonly CountedVouch[],
  used: readonly CountedVouch[],
  step: () => void,
  rest: Rest,
): boolean {
  step();
  if ("allOf" in part) return satisfyAll(part.allOf, vouches, used, step, rest);
  if ("of" in part) return satisfySome(part.of, part.atLeast, vouches, used, step, rest);
  if ("anchor" in part) {
    const fitting = vouches.filter(({ anchorId }) => anchorId === part.anchor);
    return useUp(fitting, part.amount ?? 120, used, step, rest);
  }
  if ("algorithm" in part) {
    const fitting = vouches.filter(({ algorithm }) => algorithm === part.algorithm);
    return useUp(fitting, part.amount ?? 120, used, step, rest);
  }
  return isWorth(vouches, part.amount, step) && rest(used);
}

function satisfySome(
  parts: readonly Requirement[],
  wanted: number,
  vouches: readonly CountedVouch[],
  used: readonly CountedVouch[],
  step: () => void,
  rest: Rest,
): boolean {
  step();
  if (wanted === 0) return rest(used);
  const [first, ...others] = parts;
  if (!first || parts.length < wanted) return false;
  return (
    satisfyOne(first, vouches, used, step, (next) => satisfySome(others, wanted - 1, vouches, next, step, rest)) ||
    satisfySome(others, wanted, vouches, used, step, rest)
  );
}

/** Takes vouches of one anchor that are worth `wanted` together, in every way that there is, until the rest can be satisfied. */
function useUp(
  fitting: readonly CountedVouch[],
  wanted: number,
  used: readonly CountedVouch[],
  step: () => void,
  rest: Rest,
): boolean {
  const extend = (chosen: readonly CountedVouch[], sum: number, from: number): boolean => {
    step();
    if (sum >= wanted) return rest([...used, ...chosen]);
    return fitting.slice(from).some((vouch, offset) => {
      const isOfOneAnchor = chosen.every((other) => haveOneAnchor(other, vouch) && areIndependent(other, vouch));
      const isNew = used.every((other) => !haveOneAnchor(other, vouch) && areIndependent(other, vouch));
      if (!isOfOneAnchor || !isNew) return false;
      return extend([...chosen, vouch], Math.min(sum + vouch.amount, vouch.limit), from + offset + 1);
    });
  };
  return extend([], 0, 0);
}
