/**
 * Whoever takes a signature back without knowing the key that made it cannot tell readers what is taken back: the signature would
 * hang on, and count. That must not be called a withdrawal.
 */
import { Countersign, type CountersignOptions } from "matrix-countersign";
import { memoryStore } from "matrix-countersign/store";
import { afterEach, expect, it } from "vitest";
import { createHomeserver, type Listening } from "../../examples/homeserver/server.js";
import { embeddedUser } from "../support/embedded-user.js";
import { stampAlgorithm, stampSigner } from "../support/stamp-algorithm.js";

const servers: Listening[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

/** The same algorithm without the key. */
const keyless = {
  ...stampAlgorithm({ hashes: true }),
  verify: async () => ({ status: "indeterminate", code: "no-key" }) as const,
};

it("is refused where the key is not known, and waits for a page that knows it", async () => {
  const server = await createHomeserver({ profile: "msc2961" }).listen();
  servers.push(server);
  const [alice, bob] = [await embeddedUser(server.url, "alice"), await embeddedUser(server.url, "bob")];
  const signer = await stampSigner();
  const algorithms = [stampAlgorithm({ hashes: true })];
  const open = (options: Partial<CountersignOptions>): Promise<Countersign> =>
    Countersign.create(alice.client, { algorithms, outbox: "manual", store: memoryStore(), ...options });
  const scope = { users: [alice.account.userId] };
  const reader = await Countersign.create(bob.client, {
    algorithms,
    anchors: [
      { id: "company", algorithm: signer.algorithm, key: signer.fingerprint, speaksFor: "scope" as const, scope },
    ],
    store: memoryStore(),
  });
  const level = async (): Promise<string> => {
    for await (const assessment of reader.assess([alice.account.userId], { fresh: true })) return assessment.level;
    throw new Error("no assessment");
  };
  const own = await open({});
  const signature = await own.sign(signer);
  const { keyId } = signature;
  await own.publish(signature);

  const store = memoryStore();
  const poor = await open({ algorithms: [keyless], store });
  await expect(poor.withdraw(keyId)).rejects.toMatchObject({ code: "ERR_WITHDRAW_UNVERIFIABLE" });
  expect(await level()).toBe("trusted");
  const rich = await open({ store });
  expect(await rich.resume()).toMatchObject([{ receipt: { withdrawn: true, listed: [{}, {}] } }]);
  expect(await level()).toBe("rejected");
});

it("is one where the key came with the signature alone, in the page that accepted it", async () => {
  const server = await createHomeserver({ profile: "synapse-strict" }).listen();
  servers.push(server);
  const alice = await embeddedUser(server.url, "alice");
  const algorithms = [{ ...keyless, accept: stampAlgorithm({ hashes: true }).accept }];
  const own = await Countersign.create(alice.client, { algorithms, outbox: "manual", store: memoryStore() } as never);
  const signature = await own.sign(await stampSigner());
  await own.publish(signature);
  expect(await own.withdraw(signature.keyId)).toMatchObject({ withdrawn: true, complete: true, listed: [{}, {}] });
});
