import { Countersign } from "matrix-countersign";
import { memoryStore } from "matrix-countersign/store";
import { afterEach, expect, it } from "vitest";
import { createHomeserver, type Listening } from "../../examples/homeserver/server.js";
import { embeddedUser } from "../support/embedded-user.js";
import { stampAlgorithm, stampSigner } from "../support/stamp-algorithm.js";

let listening: Listening | undefined;

afterEach(() => listening?.close());

it("withdrawing a second signature of a key does not give back the first one, which the server still serves on the master key", async () => {
  listening = await createHomeserver({ profile: "continuwuity" }).listen();
  const [owner, reader] = [
    await embeddedUser(listening.url, "owner-of"),
    await embeddedUser(listening.url, "reader-of"),
  ];
  // All signatures are by one key, and nothing tells one value from another: what servers can rewrite at will.
  const algorithms = [stampAlgorithm()];
  const [first, second] = [await stampSigner(), await stampSigner()];
  const { userId } = owner.account;
  const anchors = [
    {
      id: "a",
      algorithm: first.algorithm,
      key: first.fingerprint,
      speaksFor: "scope" as const,
      scope: { users: [userId] },
    },
  ];
  const store = memoryStore();
  const own = await Countersign.create(owner.client, { algorithms, outbox: "manual", store });
  const watching = await Countersign.create(reader.client, { algorithms, anchors, store: memoryStore() });
  const level = async (): Promise<string | undefined> => {
    for await (const assessment of watching.assess([userId], { fresh: true })) return assessment.level;
    return undefined;
  };

  const signature = await own.sign(first);
  await own.publish(signature);
  expect(await level()).toBe("trusted");
  await own.withdraw(signature.keyId);
  expect(await level()).toBe("rejected");
  const other = await own.sign(second);
  await own.publish(other);
  await own.withdraw(other.keyId);
  expect(await level()).toBe("rejected");
});
