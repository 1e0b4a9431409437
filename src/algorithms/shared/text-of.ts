/**
 * Text, also in the bytes of a text file with any byte order mark (PowerShell writes UTF-16); binary packets begin with their
 * highest bit set and are left as they are. Bytes that are no text of that encoding become U+FFFD.
 */
export function textOf(data: string | Uint8Array): string | Uint8Array {
  if (typeof data === "string") return data;
  const [first = 0, second, third] = data;
  if (first === 0xff && second === 0xfe) return new TextDecoder("utf-16le").decode(data);
  if (first === 0xfe && second === 0xff) return new TextDecoder("utf-16be").decode(data);
  const isText = first < 0x80 || (first === 0xef && second === 0xbb && third === 0xbf);
  return isText ? new TextDecoder().decode(data) : new Uint8Array(data);
}

/** As {@link textOf}, but for DER, which begins with the tag of a SEQUENCE: no base64 and no PEM does. */
export function textOrDer(data: string | Uint8Array): string | Uint8Array {
  return typeof data !== "string" && data[0] === 0x30 ? new Uint8Array(data) : textOf(data);
}

/** Whether a caller without a type checker handed in text or bytes. */
export function isTextOrBytes(data: unknown): data is string | Uint8Array {
  // Of whatever realm: a frame's bytes are no instance of this one's class.
  return typeof data === "string" || Object.prototype.toString.call(data) === "[object Uint8Array]";
}
