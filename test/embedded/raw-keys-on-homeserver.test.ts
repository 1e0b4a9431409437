import { Countersign, type Signer, type TrustAnchor } from "matrix-countersign";
import { memoryStore } from "matrix-countersign/store";
import { afterEach, describe, expect, it } from "vitest";
import { createHomeserver, type Listening, type ProfileName } from "../../examples/homeserver/server.js";
import { ed25519, ed25519Signer } from "../../src/algorithms/ed25519/index.js";
import { sshsig } from "../../src/algorithms/sshsig/index.js";
import { embeddedUser } from "../support/embedded-user.js";
import { armoredSsh, makeSshKey, makeSshSig } from "../support/ssh.js";

const servers: Listening[] = [];
afterEach(() => Promise.all(servers.splice(0).map((server) => server.close())));

const sshKey = makeSshKey("sk-ed25519");
const sshSigner: Signer = {
  algorithm: "com.openssh.sshsig",
  sign: async (bytes) => armoredSsh(makeSshSig(sshKey, bytes)),
};
const seed = new Uint8Array(32).fill(3);

describe.each<ProfileName>(["synapse-strict", "synapse-1.161", "continuwuity"])(
  "on a server like %s, another user trusts what",
  (profile) => {
    it.each([
      ["an SSH key signed", sshSigner],
      ["an organisation's raw key signed", ed25519Signer(seed, { lifetimeMs: 60_000 })],
    ])("%s, and no longer once it is withdrawn", async (_what, signer) => {
      const server = await createHomeserver({ profile }).listen();
      servers.push(server);
      const [alice, bob] = [await embeddedUser(server.url, "alice-a"), await embeddedUser(server.url, "bob-bob-")];
      const options = { algorithms: [ed25519(), sshsig()], http: { wait: async () => {} } };
      const own = await Countersign.create(alice.client, { ...options, outbox: "manual", store: memoryStore() });
      const signature = await own.sign(signer);
      const { userId } = alice.account;
      const anchor: TrustAnchor = {
        id: "anchor",
        algorithm: signer.algorithm,
        key: signature.keyId.replace(`custom:${signer.algorithm}:`, ""),
        speaksFor: "scope",
        scope: { users: [userId] },
      };
      const reader = await Countersign.create(bob.client, { ...options, anchors: [anchor], store: memoryStore() });
      const levelOf = async (): Promise<string | undefined> => {
        for await (const { level } of reader.assess([userId], { fresh: true })) return level;
        return undefined;
      };
      expect(await levelOf()).toBe("unproven");
      expect((await own.publish(signature)).published).toBe(true);
      expect(await levelOf()).toBe("trusted");
      await own.withdraw(signature.keyId);
      expect(["rejected", "unproven"]).toContain(await levelOf());
      await Promise.all([own.close(), reader.close()]);
    });
  },
);
