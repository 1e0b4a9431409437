/**
 * The owner's server changes her manifest and waits for her next write: what it planted must not go out under her approval, and
 * what it took out must come back.
 */
import { Countersign } from "matrix-countersign";
import { memoryStore } from "matrix-countersign/store";
import { afterEach, expect, it } from "vitest";
import { createHomeserver, type Listening } from "../../examples/homeserver/server.js";
import { embeddedUser } from "../support/embedded-user.js";
import { stampAlgorithm, stampSigner } from "../support/stamp-algorithm.js";

const servers: Listening[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

const name = "org.matrix.msc2961.signatures";
const planted = { key: "e".repeat(64) };

it.each<[string, (manifest: Record<string, object>) => object]>([
  ["a withdrawal", (manifest) => ({ ...manifest, withdrawn: [planted] })],
  ["an emptied list", (manifest) => ({ ...manifest, external: {} })],
  [
    "another value under a key ID",
    (manifest) => ({
      ...manifest,
      external: Object.fromEntries(Object.keys(manifest.external ?? {}).map((keyId) => [keyId, "AAAA"])),
    }),
  ],
  ["nothing at all", () => ({})],
])("%s in the place of what she published is undone by her next write", async (_what, change) => {
  const server = await createHomeserver({ profile: "synapse-strict" }).listen();
  servers.push(server);
  const alice = await embeddedUser(server.url, "alice");
  const own = await Countersign.create(alice.client, {
    algorithms: [stampAlgorithm({ hashes: true })],
    outbox: "manual",
    store: memoryStore(),
  });
  const [first, second] = [await own.sign(await stampSigner()), await own.sign(await stampSigner())];
  await own.publish(first);
  const path = `/v3/profile/${encodeURIComponent(alice.account.userId)}/${name}`;
  const before = (await alice.account.get(path)).body[name];
  await alice.account.put(path, { [name]: change(before) });
  await own.publish(second);
  const after = (await alice.account.get(path)).body[name];
  expect(after.external).toEqual({ [first.keyId]: first.value, [second.keyId]: second.value });
  expect(after.withdrawn).toEqual([]);
  expect(after.sequence).toBeGreaterThan(before.sequence);
});
