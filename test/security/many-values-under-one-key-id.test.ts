import { expect, it } from "vitest";
import { mergeSignatures } from "../../src/client/reading/merge-signatures.js";

it("values that differ from place to place under one key ID take time by their number, not by their pairs", () => {
  const found = Array.from({ length: 400 }, (_, index) => {
    const bytes = Buffer.alloc(22_000, 7);
    bytes.writeUInt16BE(index, 20_000);
    const value = bytes.toString("base64").replace(/=+$/, "");
    const signature = { userId: "@mallory:evil.example", keyId: "custom:org.example.stamp:key", value };
    return { signature, place: "room-state" as const, roomId: `!${index}:evil.example`, manifests: [] };
  });
  const start = performance.now();
  expect(mergeSignatures([...found, ...found])).toHaveLength(400);
  expect(performance.now() - start).toBeLessThan(3000);
});
