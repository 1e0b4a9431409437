import { describe, expect, inject, test, vi } from "vitest";
import { restartSynapse } from "../support/restart-synapse.js";
import { type SynapseVersion, startSynapse } from "../support/synapse.js";
import { type Account, as, register } from "./contract/account.js";
import { type Answer, summarize } from "./contract/http.js";
import { createReadyOwner, type OwnerOptions, readSignatures } from "./contract/identity.js";
import { manifestName } from "./contract/probe-profile.js";
import { keyId, values } from "./contract/probe-signatures.js";
import { createRoom, showsManifests, writeManifest } from "./contract/rooms.js";

const serverOf = (version: SynapseVersion): { url: string } => ({ url: inject("synapse").urls[version] });

const fieldOf = (owner: Account): string =>
  `/_matrix/client/v3/profile/${encodeURIComponent(owner.userId)}/${encodeURIComponent(manifestName)}`;

const writeField = async (owner: Account, value: object): Promise<string> =>
  summarize(await as(owner, "PUT", fieldOf(owner), { [manifestName]: value }));

const readField = (reader: Account, owner: Account): Promise<Answer> => as(reader, "GET", fieldOf(owner));

const manifest = (sequence: number): { sequence: number; external: Record<string, unknown> } => ({
  sequence,
  external: { [keyId]: values.object },
});

const open = { events: { [manifestName]: 0 } };

describe.each([
  { on: "1.163.2", from: "1.152.1" },
  { on: "1.152.1", from: "1.163.2" },
] as const)("an owner on Synapse $on, a reader on $from", ({ on, from }) => {
  test("the names of the two servers tell them apart", async () => {
    const [owner, reader] = [await register(serverOf(on)), await register(serverOf(from))];
    const { serverNames } = inject("synapse");
    expect(owner.userId.endsWith(`:${serverNames[on]}`)).toBe(true);
    expect(reader.userId.endsWith(`:${serverNames[from]}`)).toBe(true);
    expect(serverNames[on]).not.toBe(serverNames[from]);
  });

  test("a profile field is read as it is now, each time", async () => {
    const [owner, reader] = [await register(serverOf(on)), await register(serverOf(from))];
    expect(summarize(await readField(reader, owner))).toBe("404 M_NOT_FOUND");
    for (const sequence of [1, 2]) {
      expect(await writeField(owner, manifest(sequence))).toBe("200");
      expect((await readField(reader, owner)).body).toEqual({ [manifestName]: manifest(sequence) });
    }
    expect(summarize(await as(owner, "DELETE", fieldOf(owner)))).toBe("200");
    expect(summarize(await readField(reader, owner))).toBe("404 M_NOT_FOUND");
  });

  test("members of one room see each other's state events", async () => {
    const [owner, reader] = [await register(serverOf(on)), await register(serverOf(from))];
    const roomId = await createRoom(owner, [reader], open);
    for (const member of [owner, reader]) {
      expect(await writeManifest(member, roomId, member.userId, manifest(1))).toBe("200");
    }
    for (const member of [owner, reader]) {
      await vi.waitFor(
        async () => expect(await showsManifests(member, roomId, [owner.userId, reader.userId], manifest(1))).toBe(true),
        { timeout: 20_000, interval: 50 },
      );
    }
    expect(await writeManifest(reader, roomId, owner.userId, {})).toBe("403 M_FORBIDDEN");
  });

  test.each<OwnerOptions["ownSignature"] & string>(["none", "device"])(
    "a signature in the first upload of a master key is seen (own signature beside it: %s)",
    async (ownSignature) => {
      const reader = await register(serverOf(from));
      const owner = await createReadyOwner(serverOf(on), { ownSignature, external: { [keyId]: values.string } });
      expect(await readSignatures(reader, owner)).toMatchObject({ [keyId]: values.string });
    },
  );

  test("what was published is read after the owner's server was restarted, and after the reader's was", async () => {
    const [owner, reader] = [await register(serverOf(on)), await register(serverOf(from))];
    const roomId = await createRoom(owner, [reader], open);
    await writeField(owner, manifest(1));
    for (const [sequence, version] of [on, from].entries()) {
      await restartSynapse(version);
      expect((await readField(reader, owner)).body).toEqual({ [manifestName]: manifest(1) });
      const written = { external: { [keyId]: sequence } };
      expect(await writeManifest(owner, roomId, owner.userId, written)).toBe("200");
      // A server that found the other one down leaves it alone for ten minutes, unless it hears from it.
      const isShown = async (): Promise<boolean> => {
        await readField(reader, owner);
        return showsManifests(reader, roomId, [owner.userId], written);
      };
      await vi.waitFor(async () => expect(await isShown()).toBe(true), { timeout: 40_000, interval: 250 });
    }
  });
});

test.each(["1.163.2", "1.152.1"] as const)("%s says which server it cannot reach", async (version) => {
  const gone = await startSynapse({ version });
  const owner = await register(gone);
  await writeField(owner, manifest(1));
  await gone.stop();
  const reader = await register(serverOf(version));
  expect(summarize(await readField(reader, owner))).toBe("502 M_UNKNOWN");
  const answer = await as(reader, "POST", "/_matrix/client/v3/keys/query", { device_keys: { [owner.userId]: [] } });
  expect(answer).toMatchObject({ status: 200, body: { failures: { [gone.serverName]: {} }, master_keys: {} } });
});
