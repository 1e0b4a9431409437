import { afterAll, beforeAll, describe, expect, inject, it, vi } from "vitest";
import { commands } from "vitest/browser";
import { createIdentity, cryptoOf, type MatrixUser, registerUser } from "../../../examples/shared/matrix-user.js";
import { openpgp } from "../../../src/algorithms/openpgp/index.js";
import { signFirstUpload } from "../../../src/client/bootstrap/sign-first-upload.js";
import type { SigningRequest } from "../../../src/client/owner/own-signature.js";
import { verifyObject } from "../../../src/client/verify-object.js";
import type { JsonObject } from "../../../src/encoding/json-object.js";
import type { GnuPgKey } from "../../support/gnupg-commands.js";
import { restartSynapse } from "../../support/restart-synapse.js";

let key: GnuPgKey;

beforeAll(async () => {
  key = await commands.createGnuPgKey("Example Ltd <trust@example.org>");
});

afterAll(() => commands.disposeGnuPgKey(key));

/** The user's own gpg, with the ready command line. */
async function signWithGnuPg(request: SigningRequest): Promise<string> {
  const ready = request.commands.find(({ tool, form }) => tool === "gpg" && form === "pipe");
  return commands.runInShell(key, ready?.command ?? "false");
}

/** A user whose new master keys are signed by the user's own gpg on their way up. */
async function signingUser(baseUrl: string) {
  const sign = vi.fn(signWithGnuPg);
  const statuses: number[] = [];
  const fetchFn = signFirstUpload(
    async (input, init) => {
      const answer = await fetch(input, init);
      if (String(input).endsWith("/device_signing/upload")) statuses.push(answer.status);
      return answer;
    },
    { algorithms: [openpgp({ keys: key.publicKey })], sign },
  );
  return { user: await registerUser(baseUrl, `owner-${crypto.randomUUID()}`, { fetchFn }), sign, statuses };
}

async function seenBy(reader: MatrixUser, userId: string) {
  const answer = await reader.client.downloadKeysForUsers([userId]);
  const masterKey = answer.master_keys?.[userId] as JsonObject | undefined;
  return masterKey ? verifyObject(masterKey, userId, { algorithms: [openpgp({ keys: key.publicKey })] }) : [];
}

describe.each(["1.163.2", "1.152.1"] as const)("a master key signed in its first upload, on Synapse %s", (version) => {
  it("is seen signed by another user, after a restart too, and by Element's own stack", async () => {
    const baseUrl = inject("synapse").urls[version];
    const { user, sign } = await signingUser(baseUrl);
    await createIdentity(user);
    expect(sign).toHaveBeenCalledOnce();
    const valid = [{ status: "valid", signer: { fingerprint: key.fingerprint } }];
    const reader = await registerUser(baseUrl, `reader-${crypto.randomUUID()}`);
    expect(await seenBy(reader, user.userId)).toMatchObject(valid);
    await restartSynapse(version);
    const latecomer = await registerUser(baseUrl, `latecomer-${crypto.randomUUID()}`);
    for (const somebody of [reader, latecomer]) {
      expect(await seenBy(somebody, user.userId)).toMatchObject(valid);
      expect(await cryptoOf(somebody.client).userHasCrossSigningKeys(user.userId, true)).toBe(true);
    }
    expect((await cryptoOf(user.client).getUserVerificationStatus(user.userId)).isCrossSigningVerified()).toBe(true);
  });

  it("is signed once, though Synapse wants a password for the keys of a reset", async () => {
    const baseUrl = inject("synapse").urls[version];
    const { user, sign, statuses } = await signingUser(baseUrl);
    await createIdentity(user);
    await createIdentity(user, true);
    expect(statuses).toEqual([200, 401, 200]);
    expect(sign).toHaveBeenCalledTimes(2);
    const reader = await registerUser(baseUrl, `reader-${crypto.randomUUID()}`);
    expect(await seenBy(reader, user.userId)).toMatchObject([{ status: "valid" }]);
    expect(await cryptoOf(reader.client).userHasCrossSigningKeys(user.userId, true)).toBe(true);
  });
});
