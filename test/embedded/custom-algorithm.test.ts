import { Countersign } from "matrix-countersign";
import { memoryStore } from "matrix-countersign/store";
import { afterAll, beforeAll, expect, it } from "vitest";
import { customAlgorithm, signCustom } from "../../examples/custom-algorithm/custom-algorithm.js";
import { createHomeserver, type Listening } from "../../examples/homeserver/server.js";
import { type EmbeddedUser, embeddedUser } from "../support/embedded-user.js";

const dayMs = 86_400_000;
const today = Date.parse("2031-10-14T12:00:00Z");

let server: Listening;
let organisation: CryptoKeyPair;
let owner: EmbeddedUser;

beforeAll(async () => {
  server = await createHomeserver({ serverName: "example.org" }).listen();
  organisation = (await crypto.subtle.generateKey("Ed25519", false, ["sign", "verify"])) as CryptoKeyPair;
  owner = await embeddedUser(server.url, "owner");
});

afterAll(() => server.close());

const instanceOf = async (user: EmbeddedUser, now: number, key?: string): Promise<Countersign> => {
  const scope = { servers: ["example.org"] };
  const anchors =
    key === undefined
      ? []
      : [{ id: "organisation", algorithm: "org.example.custom", key, speaksFor: "scope" as const, scope }];
  const algorithms = [customAlgorithm([organisation.publicKey])];
  return Countersign.create(user.client, { algorithms, anchors, store: memoryStore(), now: () => now });
};

const sign = async (countersign: Countersign, expiracy: string) => {
  const request = await countersign.prepare({ algorithm: "org.example.custom" });
  return countersign.accept(request, await signCustom(organisation.privateKey, request.bytes, expiracy));
};

it("an object as a value goes out in the manifest alone, since on a key it would hide its owner from Element", async () => {
  const own = await instanceOf(owner, today);
  const signature = await sign(own, "2031-10-15");
  expect(signature).toMatchObject({ keyId: "custom:org.example.custom", value: { expiracy: "2031-10-15" } });
  const onKey = await own.publish(signature, { routes: ["signatures-upload"] });
  expect(onKey).toMatchObject({ published: false, routes: [{ error: { code: "ERR_PUBLISH_UNSAFE" } }] });
  const receipt = await own.publish(signature);
  expect(receipt.published).toBe(true);
  const stored = receipt.routes.filter((route) => route.stored).map(({ route }) => route);
  expect(stored).toEqual(["profile-field"]);
  own.close();
});

it("a reader trusts it up to the end of its last day, and then no more", async () => {
  const reader = await embeddedUser(server.url, "reader");
  const levelAt = async (now: number): Promise<unknown> => {
    const countersign = await instanceOf(reader, now, await fingerprint());
    for await (const { level, reports } of countersign.assess([owner.account.userId])) {
      countersign.close();
      return { level, codes: reports.map(({ code }) => code) };
    }
    return undefined;
  };
  expect(await levelAt(today)).toEqual({ level: "trusted", codes: ["valid"] });
  expect(await levelAt(today + 1.5 * dayMs - 1)).toEqual({ level: "trusted", codes: ["valid"] });
  expect(await levelAt(today + 1.5 * dayMs)).toEqual({ level: "unproven", codes: ["expired"] });
});

it("accepts no signature that has ended", async () => {
  const own = await instanceOf(owner, today);
  await expect(sign(own, "2031-10-13")).rejects.toMatchObject({ verdict: { code: "expired" } });
  own.close();
});

async function fingerprint(): Promise<string> {
  const spki = await crypto.subtle.exportKey("spki", organisation.publicKey);
  return Buffer.from(await crypto.subtle.digest("SHA-256", spki)).toString("hex");
}
