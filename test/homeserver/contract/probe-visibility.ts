import { type Account, register } from "./account.js";
import { asObject, type Homeserver } from "./http.js";
import { createReadyOwner, type Owner, readSignatures, uploadSignatures } from "./identity.js";
import { keyId, values } from "./probe-signatures.js";
import type { ContractRow, VisibilityFacts } from "./row.js";

type BeforeRestart = Pick<VisibilityFacts, "otherBeforeOwnerReads" | "owner" | "otherAfterOwnerReads">;

/**
 * Measures who sees a later upload: before and after the owner reads her own keys, and around a restart where one is
 * possible. The order of the requests is what is measured.
 */
export async function probeVisibility(
  server: Homeserver,
  restart: (() => Promise<void>) | undefined,
): Promise<ContractRow["visibility"]> {
  const reader = await register(server);
  const bare = await createReadyOwner(server, { ownSignature: "none" });
  const signed = await createReadyOwner(server, { ownSignature: "device" });
  const signedLater = await createReadyOwner(server, { ownSignature: "none" });
  await uploadSignatures(signedLater, Object.fromEntries([signedLater.deviceSignature(signedLater.masterKey)]));
  const before = {
    bareKey: await beforeRestart(reader, bare),
    signedKey: await beforeRestart(reader, signed),
    laterSignedKey: await beforeRestart(reader, signedLater),
  };
  await restart?.();
  const after = (owner: Owner) => (restart === undefined ? notRestarted : afterRestart(reader, owner));
  return {
    bareKey: { ...before.bareKey, ...(await after(bare)) },
    signedKey: { ...before.signedKey, ...(await after(signed)) },
    laterSignedKey: { ...before.laterSignedKey, ...(await after(signedLater)) },
  };
}

const notRestarted = { otherAfterRestart: null, ownerAfterRestart: null, otherAfterOwnerReadsAgain: null };

async function beforeRestart(reader: Account, owner: Owner): Promise<BeforeRestart> {
  // A reader may have asked before: what the server keeps in memory since then is part of what is measured.
  await sees(reader, owner);
  await uploadSignatures(owner, { [keyId]: values.string });
  return {
    otherBeforeOwnerReads: await sees(reader, owner),
    owner: await sees(owner, owner),
    otherAfterOwnerReads: await sees(reader, owner),
  };
}

async function afterRestart(reader: Account, owner: Owner): Promise<Omit<VisibilityFacts, keyof BeforeRestart>> {
  return {
    otherAfterRestart: await sees(reader, owner),
    ownerAfterRestart: await sees(owner, owner),
    otherAfterOwnerReadsAgain: await sees(reader, owner),
  };
}

/** Whether the external signature, in whatever encoding, is in what the server shows. */
async function sees(reader: Account, owner: Owner): Promise<boolean> {
  const signatures = asObject(await readSignatures(reader, owner));
  return signatures !== undefined && Object.hasOwn(signatures, keyId);
}
