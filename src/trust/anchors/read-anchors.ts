import { isJsonObject } from "../../encoding/json-object.js";
import { isMilliseconds } from "../../model/milliseconds.js";
import type { DirectoryEntry, SpeaksFor, TrustAnchor } from "../../model/trust-anchor.js";
import { isUserId } from "../../model/user-id.js";
import { type KeyHandle, readAnchorKey } from "./anchor-key.js";
import { invalidAnchor } from "./invalid-anchor.js";
import { assertMembers, isAmount, isText, listOf } from "./members.js";
import { readScope, type Scope } from "./scope.js";
import { isExactServerName } from "./user-pattern.js";

/** An anchor as it was checked, with its defaults, ready to be asked. */
export interface ReadAnchor extends Omit<TrustAnchor, "scope" | "key"> {
  readonly speaksFor: SpeaksFor;
  readonly amount: number;
  readonly keys: readonly KeyHandle[];
  readonly scope: Scope;
}

const known =
  "id label algorithm key speaksFor scope emailServers directory depth amount notBefore notAfter maxAge requireExpiry exclusive acceptUnconfirmed revocation".split(
    " ",
  );
const speaking: readonly unknown[] = ["scope", "named", "email", "directory"];
const attributes: readonly unknown[] = ["subject", "serial-number", "fingerprint"];

/**
 * Checks anchors and makes them ready to be asked. Verifies no key.
 *
 * @throws CountersignError `ERR_ANCHOR_INVALID` for a missing or an unknown member, one that is out of its range, or two anchors of one `id`
 */
export async function readAnchors(anchors: readonly TrustAnchor[]): Promise<ReadAnchor[]> {
  const read = await Promise.all(listOf(anchors).map((anchor) => readAnchor(anchor as TrustAnchor)));
  if (new Set(read.map(({ id }) => id)).size !== read.length) throw invalidAnchor("each anchor under an id of its own");
  return read;
}

async function readAnchor(anchor: TrustAnchor): Promise<ReadAnchor> {
  assertMembers(anchor, known);
  if (!isText(anchor.id) || !isText(anchor.algorithm)) throw invalidAnchor("id and algorithm");
  if (anchor.label !== undefined && typeof anchor.label !== "string") throw invalidAnchor("a label of text");
  const { speaksFor = "named", amount = 120 } = anchor;
  if (!speaking.includes(speaksFor)) throw invalidAnchor("a known speaksFor");
  assertNumbers(anchor, amount);
  for (const name of ["requireExpiry", "exclusive", "acceptUnconfirmed"] as const) {
    if (anchor[name] !== undefined && typeof anchor[name] !== "boolean") throw invalidAnchor("true or false");
  }
  assertMaps(anchor);
  const { scope, key, ...rest } = structuredClone(anchor);
  return { ...rest, speaksFor, amount, keys: await readAnchorKey(key), scope: readScope(scope) };
}

function assertNumbers({ depth, notBefore, notAfter, maxAge }: TrustAnchor, amount: unknown): void {
  if (!isAmount(amount)) throw invalidAnchor("amounts from 1 to 120");
  if (depth !== undefined && !(isMilliseconds(depth) && depth <= 255)) throw invalidAnchor("a depth from 0 to 255");
  for (const time of [notBefore, notAfter, maxAge]) {
    if (time !== undefined && !isMilliseconds(time)) throw invalidAnchor("times in whole milliseconds");
  }
}

function assertMaps({ emailServers, directory, revocation }: TrustAnchor): void {
  if (emailServers !== undefined) {
    const isTable = isJsonObject(emailServers) && Object.values(emailServers).every(isExactServerName);
    if (!isTable) throw invalidAnchor("a Matrix server for each mail domain");
  }
  for (const entry of listOf(directory)) assertEntry(assertMembers(entry, ["issuer", "attribute", "value", "userId"]));
  if (revocation !== undefined) {
    const { mode, url } = assertMembers(revocation, ["mode", "url"]);
    const isUrl = url === undefined || (isText(url) && URL.canParse(url) && new URL(url).protocol === "https:");
    if ((mode !== "hard-fail" && mode !== "soft-fail") || !isUrl) throw invalidAnchor("a known revocation mode");
  }
}

function assertEntry({ issuer, attribute, value, userId }: Partial<Record<keyof DirectoryEntry, unknown>>): void {
  const isEntry = isText(issuer) && attributes.includes(attribute) && isText(value);
  if (!isEntry || !isText(userId) || !isUserId(userId)) throw invalidAnchor("a directory of certificates and users");
}
