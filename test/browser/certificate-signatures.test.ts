import { expect, it } from "vitest";
import { runWycheproof, type WycheproofFile, wycheproofFiles } from "../support/wycheproof.js";

const files = import.meta.glob<WycheproofFile>("../vectors/wycheproof/*.json", { import: "default" });

it.each(wycheproofFiles)("Wycheproof's %s comes out in a browser as it should", async (name, algorithm) => {
  const load = files[`../vectors/wycheproof/${name}.json`];
  if (!load) throw new Error(`expected ${name}`);
  const { count, wrong } = await runWycheproof(await load(), algorithm);
  expect(count).toBeGreaterThan(100);
  expect(wrong).toEqual([]);
});
