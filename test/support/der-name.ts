import { encodedOid } from "../../src/algorithms/shared/encoded-oid.js";
import { utf8 } from "../../src/encoding/bytes.js";
import { derSequence, derValue } from "../../src/encoding/der-writer.js";

/** A common name, or attributes by short name, each a relative name of its own: `{ O: "Example", CN: "Root" }`. A DER name stands for itself. */
export type TestName = string | Readonly<Record<string, string>> | Uint8Array;

const types: Readonly<Record<string, string>> = {
  CN: "2.5.4.3",
  serialNumber: "2.5.4.5",
  C: "2.5.4.6",
  O: "2.5.4.10",
  OU: "2.5.4.11",
  DC: "0.9.2342.19200300.100.1.25",
  emailAddress: "1.2.840.113549.1.9.1",
};
const ia5 = new Set(["DC", "emailAddress"]);

/** A Name in DER, of UTF8Strings; IA5String where its attribute is one. */
export function derName(name: TestName): Uint8Array {
  if (name instanceof Uint8Array) return name;
  const attributes = typeof name === "string" ? { CN: name } : name;
  return derSequence(
    ...Object.entries(attributes).map(([short, text]) =>
      derAttribute(types[short] ?? short, text, ia5.has(short) ? 0x16 : 0x0c),
    ),
  );
}

/** One RelativeDistinguishedName. @param tag of the string type */
export function derAttribute(type: string, text: string, tag: number): Uint8Array {
  return derValue(0x31, derSequence(encodedOid(type), derValue(tag, utf8(text))));
}
