import { afterEach, describe, expect, it, vi } from "vitest";
import type { ProfileName } from "../../examples/homeserver/profiles.js";
import { createIdentity, cryptoOf, type MatrixUser, registerUser } from "../../examples/shared/matrix-user.js";
import { type FirstUploadOptions, signFirstUpload } from "../../src/client/bootstrap/sign-first-upload.js";
import { verifyObject } from "../../src/client/verify-object.js";
import type { JsonObject } from "../../src/encoding/json-object.js";
import { stampAlgorithm, stampSigner } from "../support/stamp-algorithm.js";

afterEach(() => {
  vi.useRealTimers();
});

const homeserverLike = (profile: ProfileName): string =>
  `${location.origin}/_homeserver/${profile}/${crypto.randomUUID()}`;

/** A user whose cross-signing keys go up through `signFirstUpload`, and the bodies of those uploads. */
async function signingUser(baseUrl: string, options: Partial<FirstUploadOptions> = {}) {
  const signer = await stampSigner();
  const uploads: JsonObject[] = [];
  const statuses: number[] = [];
  const sign = vi.fn(options.sign ?? (({ bytes }) => signer.sign(bytes)));
  const fetchFn = signFirstUpload(
    async (input, init) => {
      const answer = await fetch(input, init);
      if (String(input).endsWith("/device_signing/upload")) {
        uploads.push(JSON.parse(String(init?.body)) as JsonObject);
        statuses.push(answer.status);
      }
      return answer;
    },
    { algorithms: [stampAlgorithm()], ...options, sign },
  );
  const user = await registerUser(baseUrl, "owner", { fetchFn });
  return { user, signer, sign, uploads, statuses };
}

/** What a reader makes of the external signatures on the master key that the server shows them. */
async function seenBy(reader: MatrixUser, userId: string) {
  const answer = await reader.client.downloadKeysForUsers([userId]);
  const masterKey = answer.master_keys?.[userId] as JsonObject | undefined;
  return masterKey ? verifyObject(masterKey, userId, { algorithms: [stampAlgorithm()] }) : [];
}

describe.each<ProfileName>([
  "msc2961",
  "synapse-strict",
  "synapse-1.161",
  "dendrite",
  "continuwuity",
  "tuwunel",
  "silent-drop",
])("bootstrapCrossSigning of matrix-js-sdk on a server like %s", (profile) => {
  it("publishes a signature that another user verifies, and Element's stack goes on seeing both", async () => {
    const baseUrl = homeserverLike(profile);
    const { user, signer, sign } = await signingUser(baseUrl);
    await createIdentity(user);
    const reader = await registerUser(baseUrl, "reader");
    expect(await seenBy(reader, user.userId)).toMatchObject([
      { status: "valid", signer: { fingerprint: signer.fingerprint } },
    ]);
    expect(sign).toHaveBeenCalledOnce();
    expect(await cryptoOf(reader.client).userHasCrossSigningKeys(user.userId, true)).toBe(true);
    expect((await cryptoOf(user.client).getUserVerificationStatus(user.userId)).isCrossSigningVerified()).toBe(true);
  });

  it("asks once for the keys of a reset, though the server wants a password in between", async () => {
    const baseUrl = homeserverLike(profile);
    const { user, signer, sign, uploads, statuses } = await signingUser(baseUrl);
    await createIdentity(user);
    await createIdentity(user, true);
    expect(statuses).toEqual([200, 401, 200]);
    expect(sign).toHaveBeenCalledTimes(2);
    expect(uploads[2]).toMatchObject({ ...uploads[1], auth: { type: "m.login.password", password: user.password } });
    const reader = await registerUser(baseUrl, "reader");
    expect(await seenBy(reader, user.userId)).toMatchObject([
      { status: "valid", signer: { fingerprint: signer.fingerprint } },
    ]);
    expect(await cryptoOf(reader.client).userHasCrossSigningKeys(user.userId, true)).toBe(true);
  });
});

it("fails at once and with the reason where the user does not sign, and a reset begins anew", async () => {
  const baseUrl = homeserverLike("msc2961");
  const signer = await stampSigner();
  const cancelled = new Error("closed the dialogue");
  let tries = 0;
  const { user, uploads } = await signingUser(baseUrl, {
    sign: ({ bytes }) => {
      tries += 1;
      return tries === 1 ? Promise.reject(cancelled) : signer.sign(bytes);
    },
  });
  await expect(createIdentity(user)).rejects.toMatchObject({ code: "ERR_SIGN_FAILED", cause: cancelled });
  expect(uploads).toEqual([]);
  expect(tries).toBe(1);
  const reader = await registerUser(baseUrl, "reader");
  expect(await cryptoOf(reader.client).userHasCrossSigningKeys(user.userId, true)).toBe(false);
  await createIdentity(user, true);
  expect(await seenBy(reader, user.userId)).toMatchObject([{ status: "valid" }]);
});

it("waits for a user who takes longer to sign than the SDK gives a request", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const baseUrl = homeserverLike("msc2961");
  const signer = await stampSigner();
  const { user, uploads } = await signingUser(baseUrl, {
    sign: ({ bytes }) => {
      vi.advanceTimersByTime(10 * 60_000);
      return signer.sign(bytes);
    },
  });
  await createIdentity(user);
  vi.useRealTimers();
  expect(uploads).toHaveLength(1);
  expect(await seenBy(await registerUser(baseUrl, "reader"), user.userId)).toMatchObject([{ status: "valid" }]);
});
