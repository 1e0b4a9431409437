import { it } from "vitest";
import { expectEveryBitToMatter } from "../support/ssh-bit-flips.js";

/** Exhaustive; the slower kinds of keys in test/fuzz. */
it.each(["ed25519", "p256", "sk-ed25519", "sk-p256"] as const)("no bit of a signature by %s may be another", (kind) =>
  expectEveryBitToMatter(kind),
);
