import { as, asWithPassword, register } from "./account.js";
import { asObject, type Homeserver, summarize } from "./http.js";
import { createOwner, readSignatures } from "./identity.js";
import { keyId, storedAs, values } from "./probe-signatures.js";
import type { AgainFacts, ContractRow, FirstUploadFact } from "./row.js";

/** Measures what the first upload of a master key may carry, and what a second upload of the same key does. */
export async function probeFirstUpload(server: Homeserver): Promise<ContractRow["firstUpload"]> {
  return {
    string: await carrying(server, values.string),
    pem: await carrying(server, values.pem),
    object: await carrying(server, values.object),
    withoutColon: await carrying(server, values.string, "countersign"),
    again: await again(server),
  };
}

async function carrying(server: Homeserver, value: unknown, id: string = keyId): Promise<FirstUploadFact> {
  const reader = await register(server);
  const owner = await createOwner(server, { external: { [id]: value } });
  return {
    answer: summarize(owner.firstAnswer),
    other: storedAs(await readSignatures(reader, owner), id, value),
    owner: storedAs(await readSignatures(owner, owner), id, value),
  };
}

async function again(server: Homeserver): Promise<AgainFacts> {
  const newKeyId = "custom:org.openpgp.signature:EF01";
  const reader = await register(server);
  const owner = await createOwner(server, { external: { [keyId]: values.string } });
  const own = Object.fromEntries([owner.deviceSignature(owner.masterKey)]);
  const path = "/_matrix/client/v3/keys/device_signing/upload";
  const unchanged = summarize(await asWithPassword(owner, path, owner.firstUpload({ ...own, [keyId]: values.string })));
  const body = owner.firstUpload({ ...own, [newKeyId]: values.second });
  const asksPassword = (await as(owner, "POST", path, body)).status === 401;
  const replaced = summarize(await asWithPassword(owner, path, body));
  const byOther = asObject(await readSignatures(reader, owner)) ?? {};
  const byOwner = asObject(await readSignatures(owner, owner)) ?? {};
  return {
    unchanged,
    asksPassword,
    replaced,
    newSeenByOwner: Object.hasOwn(byOwner, newKeyId),
    newSeenByOther: Object.hasOwn(byOther, newKeyId),
    oldSeenByOther: Object.hasOwn(byOther, keyId),
  };
}
