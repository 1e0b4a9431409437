import { Countersign, type IdentityAssessment } from "matrix-countersign";
import { openpgp } from "matrix-countersign/openpgp";
import { memoryStore } from "matrix-countersign/store";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { commands } from "vitest/browser";
import { createIdentity, cryptoOf, type MatrixUser, registerUser } from "../../../examples/shared/matrix-user.js";
import type { GnuPgKey } from "../../support/gnupg-commands.js";
import { restartSynapse } from "../../support/restart-synapse.js";

let key: GnuPgKey;

beforeAll(async () => {
  key = await commands.createGnuPgKey("Example Ltd <trust@example.org>");
});

afterAll(() => commands.disposeGnuPgKey(key));

async function userWithIdentity(baseUrl: string, name: string): Promise<MatrixUser> {
  const user = await registerUser(baseUrl, `${name}-${crypto.randomUUID()}`);
  await createIdentity(user);
  return user;
}

async function assessAs(reader: MatrixUser, userId: string, server: string): Promise<IdentityAssessment> {
  const scope = { servers: [server] };
  const countersign = await Countersign.create(reader.client, {
    algorithms: [openpgp({ keys: key.publicKey })],
    anchors: [{ id: "example", algorithm: "org.openpgp.signature", key: key.fingerprint, scope }],
    store: memoryStore(),
  });
  try {
    for await (const assessment of countersign.assess([userId])) return assessment;
    throw new Error("no assessment");
  } finally {
    countersign.close();
  }
}

describe.each(["1.163.2", "1.152.1"] as const)("on a real Synapse %s", (version) => {
  it("an owner's GnuPG key vouches for their master key, and another user's browser verifies it", async () => {
    const { urls, serverNames } = inject("synapse");
    const serverName = serverNames[version];
    const owner = await userWithIdentity(urls[version], "owner");
    const reader = await userWithIdentity(urls[version], "reader");
    expect(await assessAs(reader, owner.userId, serverName)).toMatchObject({ level: "unproven" });

    // In a browser the default store is IndexedDB.
    const own = await Countersign.create(owner.client, { algorithms: [openpgp({ keys: key.publicKey })] });
    const request = await own.prepare({ algorithm: "org.openpgp.signature" });
    const ready = request.commands.find(({ tool, form }) => tool === "gpg" && form === "pipe");
    const signature = await own.accept(request, await commands.runInShell(key, ready?.command ?? "false"));
    const receipt = await own.publish(signature);
    own.close();

    const hangsOnKey = version === "1.163.2";
    expect(receipt.published).toBe(true);
    expect(receipt.routes).toMatchObject([
      { route: "signatures-upload", accepted: hangsOnKey, stored: hangsOnKey },
      { route: "profile-field", accepted: true, stored: true, visibleTo: "everyone" },
    ]);
    const assessment = await assessAs(reader, owner.userId, serverName);
    expect(assessment).toMatchObject({ level: "trusted", masterKey: request.masterKey });
    expect(assessment.reports).toMatchObject([{ status: "valid", signer: { fingerprint: key.fingerprint } }]);
    expect(await assessAs(reader, reader.userId, serverName)).toMatchObject({ level: "unproven" });
    expect(await assessAs(reader, owner.userId, "elsewhere.example")).toMatchObject({ level: "unproven" });

    // Element's own stack goes on seeing the owner.
    expect(await cryptoOf(reader.client).userHasCrossSigningKeys(owner.userId, true)).toBe(true);
  });
});

it("the vouch outlives a restart of Synapse 1.163.2", async () => {
  const { urls, serverNames } = inject("synapse");
  const owner = await userWithIdentity(urls["1.163.2"], "owner");
  const reader = await userWithIdentity(urls["1.163.2"], "reader");
  const own = await Countersign.create(owner.client, {
    algorithms: [openpgp({ keys: key.publicKey })],
    store: memoryStore(),
  });
  const request = await own.prepare({ algorithm: "org.openpgp.signature" });
  const ready = request.commands.find(({ tool, form }) => tool === "gpg" && form === "pipe");
  await own.publish(await own.accept(request, await commands.runInShell(key, ready?.command ?? "false")));
  await restartSynapse("1.163.2");
  expect(await assessAs(reader, owner.userId, serverNames["1.163.2"])).toMatchObject({
    level: "trusted",
    reports: [{ seenIn: ["profile-field"] }],
  });
});
