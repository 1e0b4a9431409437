import type { Homeserver } from "./http.js";
import { asObject, summarize } from "./http.js";
import { createReadyOwner, type Owner, readSignatures, uploadSignatures } from "./identity.js";
import type { SignatureUploadFacts, Stored, UploadFact } from "./row.js";

/** The key ID that the probes upload under. */
export const keyId = "custom:org.openpgp.signature:ABCD";

/** Values of every form, small where the form is what matters. */
export const values = {
  string: "c2lnMQ",
  otherBase64: "c2ln-2",
  pem: "-----BEGIN CMS-----\nc2lnMQ==\n-----END CMS-----\n",
  object: { signature: "c2lnMQ" },
  large: "c2ln".repeat(7_500),
  second: "c2lnMg",
} as const;

/** Measures what the server does with later uploads. Each form by a user of its own: a refusal of one spoils no other. */
export async function probeSignatures(server: Homeserver): Promise<SignatureUploadFacts> {
  return {
    string: await uploadOf(await createReadyOwner(server), values.string),
    otherBase64: await uploadOf(await createReadyOwner(server), values.otherBase64),
    pem: await uploadOf(await createReadyOwner(server), values.pem),
    object: await uploadOf(await createReadyOwner(server), values.object),
    large: await uploadOf(await createReadyOwner(server), values.large),
    repeated: await repeated(server),
    besideValid: await besideValid(server),
    withoutDeviceKeys: await uploadOf(
      await createReadyOwner(server, { deviceKeys: false, ownSignature: "master" }),
      values.string,
    ),
    withoutColon: await uploadOf(await createReadyOwner(server), values.string, "countersign"),
    paths: await paths(server),
  };
}

/** What became of a value: compared as JSON. */
export function storedAs(signatures: Awaited<ReturnType<typeof readSignatures>>, id: string, value: unknown): Stored {
  if (typeof signatures === "string") return signatures;
  if (!Object.hasOwn(signatures, id)) return "absent";
  const found = signatures[id];
  if (JSON.stringify(found) === JSON.stringify(value)) return "same";
  return `changed to ${JSON.stringify(found).slice(0, 40)}`;
}

async function uploadOf(owner: Owner, value: unknown, id: string = keyId): Promise<UploadFact> {
  const answer = summarize(await uploadSignatures(owner, { [id]: value }));
  return { answer, stored: storedAs(await readSignatures(owner, owner), id, value) };
}

async function repeated(server: Homeserver): Promise<UploadFact> {
  const owner = await createReadyOwner(server);
  await uploadOf(owner, values.string);
  return uploadOf(owner, values.second);
}

async function besideValid(server: Homeserver): Promise<SignatureUploadFacts["besideValid"]> {
  const owner = await createReadyOwner(server, { ownSignature: "master" });
  const [deviceKeyId, valid] = owner.deviceSignature(owner.masterKey);
  const answer = summarize(await uploadSignatures(owner, { [deviceKeyId]: valid, [keyId]: values.string }));
  const signatures = await readSignatures(owner, owner);
  const validStored = asObject(signatures)?.[deviceKeyId] === valid;
  return { answer, stored: storedAs(signatures, keyId, values.string), validStored };
}

/** With a signature that every server takes, so that a refusal says something about the path. */
async function paths(server: Homeserver): Promise<SignatureUploadFacts["paths"]> {
  const owner = await createReadyOwner(server, { ownSignature: "master" });
  const signature = Object.fromEntries([owner.deviceSignature(owner.masterKey)]);
  return {
    v3: summarize(await uploadSignatures(owner, signature, "v3")),
    r0: summarize(await uploadSignatures(owner, signature, "r0")),
  };
}
