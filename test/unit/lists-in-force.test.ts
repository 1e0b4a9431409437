import { Countersign, type CountersignOptions, type IdentityAssessment, type VerifyInput } from "matrix-countersign";
import { ed25519 } from "matrix-countersign/ed25519";
import { memoryStore } from "matrix-countersign/store";
import { expect, it, onTestFinished } from "vitest";
import { bob, makeOrganisation, now } from "../support/revocation-lists.js";
import { scriptedHomeserver } from "../support/scripted-homeserver.js";

const company = makeOrganisation();
const { userId } = bob;

/** Bob, whom the company vouches for, and a reader who trusts it. */
async function setUp() {
  const server = scriptedHomeserver();
  const { key, client: owner } = await server.account(userId);
  const { client } = await server.account("@reader:example.org");
  const open = async (options: CountersignOptions) => {
    const http = { fetch: server.fetch, maxRetries: 0 };
    const common = { algorithms: [ed25519()], anchors: [company.anchor], store: memoryStore(), http, now: () => now };
    const countersign = await Countersign.create(options.anchors?.length === 0 ? owner : client, {
      ...common,
      ...options,
    });
    onTestFinished(() => countersign.close());
    return countersign;
  };
  const own = await open({ anchors: [] });
  const request = await own.prepare({ algorithm: "org.ietf.ed25519" });
  await own.publish(await own.accept(request, company.output(request.bytes)));
  const list = await company.list({ revoked: [{ userId, masterKey: key.publicKey }] });
  return { open, list };
}

async function verdictOf(reader: Countersign): Promise<IdentityAssessment["level"] | undefined> {
  for await (const { level } of reader.assess([userId])) return level;
  return undefined;
}

it("what one tab took counts in the others within a minute", async () => {
  const { open, list } = await setUp();
  const store = memoryStore();
  let time = now;
  const clock = { store, now: () => time };
  const [one, other] = [await open(clock), await open(clock)];
  expect([await verdictOf(one), await verdictOf(other)]).toEqual(["trusted", "trusted"]);
  expect(await one.takeRevocationList("company", list)).not.toHaveProperty("problem");
  expect(await verdictOf(one)).toBe("rejected");
  time += 60_000;
  expect(await verdictOf(other)).toBe("rejected");
});

it("settings are simulated with the lists of their own anchors", async () => {
  const { open, list } = await setUp();
  const reader = await open({});
  await reader.takeRevocationList("company", list);
  const { trust } = reader;
  await reader.setTrust({ version: 1, anchors: [] });
  const [change] = await reader.simulate(trust, [userId]);
  expect([change?.before.level, change?.after.level]).toEqual(["unproven", "rejected"]);
});

it("an instance that is offline lets nobody be asked about the signatures on a list", async () => {
  const { open, list } = await setUp();
  const asked: (boolean | undefined)[] = [];
  const { verify, ...rest } = ed25519();
  const algorithm = {
    ...rest,
    verify: (input: VerifyInput) => {
      asked.push(input.offline);
      return verify(input);
    },
  };
  const reader = await open({ algorithms: [algorithm], offline: true });
  expect(await reader.takeRevocationList("company", list)).not.toHaveProperty("problem");
  expect(asked).toEqual([true]);
  const [anchor] = reader.trust.anchors;
  await reader.setTrust({
    version: 1,
    anchors: anchor ? [{ ...anchor, revocation: { mode: "soft-fail", url: "https://lists.example.org/list" } }] : [],
  });
  await expect(reader.takeRevocationList("company")).rejects.toMatchObject({ code: "ERR_HTTP_OFFLINE" });
});
