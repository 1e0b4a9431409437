import type { SignatureAlgorithm } from "../../algorithms/algorithm.js";
import { utf8 } from "../../encoding/bytes.js";
import { canonicalJson } from "../../encoding/canonical-json.js";
import type { JsonObject } from "../../encoding/json-object.js";
import { CountersignError } from "../../errors.js";
import { throwIfAborted } from "../../model/abort.js";
import { isMilliseconds } from "../../model/milliseconds.js";
import type { SignatureReport } from "../../model/report.js";
import { readSignableDocument } from "../../model/signable-document.js";
import type { TrustSettings } from "../../model/trust-policy.js";
import { readTrustSettings } from "../../trust/read-trust-settings.js";
import { type DocumentFile, readDocumentFile } from "./document-file.js";
import { type DocumentRequest, documentRequest } from "./sign-document.js";
import {
  type DocumentContext,
  type DocumentSigner,
  isSignedBy,
  maxAheadMs,
  verifyDocument,
} from "./verify-document.js";

/** The most that a file of settings may take with its signatures, in bytes of JSON. */
export const maxSettingsBytes: number = 256 * 1024;

/** The name under which the bytes are saved before a `file` command. */
const fileName = "matrix-trust-settings.json";

/** How {@link importSettings} verifies. */
export interface ImportSettingsOptions extends DocumentContext {
  /** Whose own key must have signed them; `anybody` takes settings that nobody signed too. */
  readonly signedBy: DocumentSigner | "anybody";
}

/**
 * What is wrong with a file of settings.
 *
 * - `ahead`: it says that it was exported more than a day from now
 * - `not-signed`: it carries no good signature by whom it must be signed
 */
export type SettingsProblem = "ahead" | "not-signed";

/** What {@link importSettings} found. */
export interface SettingsFinding {
  /** The settings; absent where there is a problem. */
  readonly settings?: TrustSettings;
  readonly problem?: SettingsProblem;
  /**
   * When they were exported by their own word, milliseconds since 1970: to tell older ones from newer ones. Absent of a file that was
   * never exported.
   */
  readonly exportedAt?: number;
  /** What the signatures on the file are worth. */
  readonly reports: readonly SignatureReport[];
}

/**
 * The request to sign settings as a file; without a signature its `document` is the file of settings to hand out as they are.
 *
 * Decisions are about people: leave them out of what is handed to others.
 *
 * @param now milliseconds since 1970
 * @throws CountersignError `ERR_SETTINGS_MALFORMED` (past 256 KiB, too), `ERR_ANCHOR_INVALID`, `ERR_POLICY_INVALID`,
 *   `ERR_ALGORITHM_CANNOT_SIGN`
 */
export async function exportSettings(
  settings: TrustSettings,
  algorithm: SignatureAlgorithm,
  now: number,
): Promise<DocumentRequest> {
  const document: JsonObject = { ...(await readTrustSettings(settings)), exported_ts: Math.floor(now) };
  if (utf8(canonicalJson(document)).length > maxSettingsBytes) throw malformed(`at most ${maxSettingsBytes} bytes`);
  return documentRequest(document, algorithm, fileName);
}

/**
 * Reads a file of settings and verifies who signed it. Changes nothing: what becomes of the settings is the caller's to say.
 *
 * An older file by the same signer is as good as a newer one: compare `exportedAt` with that of the settings it would replace.
 *
 * @throws CountersignError `ERR_SETTINGS_MALFORMED`, `ERR_ANCHOR_INVALID`, `ERR_POLICY_INVALID`, `ERR_ABORTED`,
 *   `ERR_ALGORITHM_INVALID`, `ERR_ALGORITHM_DUPLICATE`
 */
export async function importSettings(file: DocumentFile, options: ImportSettingsOptions): Promise<SettingsFinding> {
  const { signedBy, now, signal } = options;
  throwIfAborted(signal);
  const document = readFile(file);
  const isExported = Object.hasOwn(document, "exported_ts");
  const { signable, content } = isExported ? readDocument(document) : { content: withoutSignatures(document) };
  const { exported_ts: exportedAt, ...rest } = content;
  if (exportedAt !== undefined && !isMilliseconds(exportedAt)) throw malformed("an export at milliseconds since 1970");
  const reports = signable ? await verifyDocument(document, signable, options) : [];
  if (exportedAt !== undefined && exportedAt > now + maxAheadMs) return { problem: "ahead", reports };
  if (signedBy !== "anybody" && !(await isSignedBy(signedBy, reports, now))) return { problem: "not-signed", reports };
  const settings = await readTrustSettings(rest);
  return { settings, reports, ...(exportedAt !== undefined && { exportedAt }) };
}

function readFile(file: DocumentFile): JsonObject {
  try {
    return readDocumentFile(file, maxSettingsBytes);
  } catch (cause) {
    if (!(cause instanceof CountersignError)) throw cause;
    throw malformed("strict JSON of at most 256 KiB", cause);
  }
}

function readDocument(document: JsonObject): ReturnType<typeof readSignableDocument> {
  try {
    const read = readSignableDocument(document);
    if (read.signable.purpose === "trust-settings") return read;
  } catch (cause) {
    if (!(cause instanceof CountersignError)) throw cause;
    throw malformed("settings with their documented members", cause);
  }
  throw malformed("settings, not another document");
}

function withoutSignatures({ signatures: _signatures, ...content }: JsonObject): JsonObject {
  return content;
}

function malformed(expected: string, cause?: unknown): CountersignError {
  return new CountersignError("ERR_SETTINGS_MALFORMED", `expected ${expected}`, { cause });
}
