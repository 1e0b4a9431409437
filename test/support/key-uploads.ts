import type { FirstUploadOptions } from "../../src/client/bootstrap/sign-first-upload.js";
import { signFirstUpload } from "../../src/client/bootstrap/sign-first-upload.js";
import type { SigningRequest } from "../../src/client/owner/own-signature.js";
import type { JsonObject } from "../../src/encoding/json-object.js";
import { type CrossSigningKeys, makeCrossSigningKeys } from "./homeserver-account.js";
import { stampAlgorithm, stampSigner } from "./stamp-algorithm.js";

/** One request as it left the wrapper. */
export interface SentRequest {
  readonly input: RequestInfo | URL;
  readonly init: RequestInit | undefined;
}

export const uploadUrl = "https://hs.example.org/_matrix/client/v3/keys/device_signing/upload";
export const userId = "@owner:example.org";

/** A `fetch` behind `signFirstUpload`, what it sent, and what it asked the user to sign. */
export interface UploadStage {
  readonly wrapped: typeof fetch;
  readonly sent: SentRequest[];
  readonly asked: SigningRequest[];
  readonly keys: CrossSigningKeys;
  /** Uploads as matrix-js-sdk does. */
  upload(body: object, init?: RequestInit): Promise<Response>;
  /** The body of the newest request. */
  lastBody(): JsonObject;
}

/** @param options what differs from a user who signs everything with a key of `stampAlgorithm` */
export async function setUploadStage(options: Partial<FirstUploadOptions> = {}): Promise<UploadStage> {
  const signer = await stampSigner();
  const sent: SentRequest[] = [];
  const asked: SigningRequest[] = [];
  const sign = options.sign ?? (({ bytes }) => signer.sign(bytes));
  const wrapped = signFirstUpload(
    async (input, init) => {
      sent.push({ input, init });
      return Response.json({});
    },
    {
      algorithms: [stampAlgorithm()],
      ...options,
      sign: (request) => {
        asked.push(request);
        return sign(request);
      },
    },
  );
  return {
    wrapped,
    sent,
    asked,
    keys: makeCrossSigningKeys(userId),
    upload: (body, init) =>
      wrapped(new URL(uploadUrl), {
        method: "POST",
        headers: { Authorization: "Bearer secret-token", "Content-Type": "application/json" },
        body: JSON.stringify(body),
        ...init,
      }),
    lastBody: () => JSON.parse(String(sent.at(-1)?.init?.body)) as JsonObject,
  };
}

/** The owner's own signatures on the master key of an upload. */
export function masterKeySignatures(body: JsonObject): JsonObject {
  const { signatures } = body.master_key as { signatures?: Record<string, JsonObject> };
  return signatures?.[userId] ?? {};
}
