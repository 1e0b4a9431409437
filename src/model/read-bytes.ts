import type { Bytes } from "../encoding/bytes.js";
import { HttpError } from "../errors.js";

/**
 * Reads an answer's body and stops reading at `maxBytes`.
 *
 * @throws HttpError `ERR_HTTP_TOO_LARGE`
 */
export async function readBytes(response: Response, maxBytes: number): Promise<Bytes> {
  const reader = response.body?.getReader();
  if (!reader) return new Uint8Array();
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let total = 0;
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    total += part.value.length;
    if (total > maxBytes) {
      void reader.cancel().catch(() => {});
      throw new HttpError("ERR_HTTP_TOO_LARGE", `expected an answer of at most ${maxBytes} bytes`, {
        status: response.status,
      });
    }
    chunks.push(part.value);
  }
  return new Uint8Array(await new Blob(chunks).arrayBuffer());
}
