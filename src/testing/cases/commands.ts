import type { SigningCommand } from "../../algorithms/algorithm.js";
import { type Bytes, concatBytes, utf8 } from "../../encoding/bytes.js";
import { readSignable } from "../../model/signable.js";
import type { ConformanceCase } from "../algorithm-conformance.js";
import { expectThat } from "../expect.js";
import { ownObject } from "../objects.js";
import { shellShape } from "../shell-shape.js";
import type { Stage } from "../stage.js";

const oneLine = /^[\x20-\x7e]+$/;
const fileName = /^[A-Za-z0-9_][A-Za-z0-9._-]*$/;
/** The most that Linux takes in one argument. */
const maxLength = 128 * 1024;

/** Users paste these lines into their shell, and the object in them is what a homeserver says. */
export function commandCases<Signer>(stage: Stage<Signer>): ConformanceCase[] {
  return [
    { name: "gives command lines of one printable line each", run: () => checkLines(stage) },
    { name: "gives command lines that run the same whatever is signed", run: () => checkShapes(stage) },
  ];
}

async function checkLines<Signer>(stage: Stage<Signer>): Promise<void> {
  for (const bytes of [ownObject.bytes, ...hostileBytes]) {
    for (const { tool, form, command, inputFile, outputFile } of await commandsOf(stage, bytes)) {
      expectThat(tool !== "" && (form === "pipe" || form === "file"), "a tool and a form of each command");
      expectThat(oneLine.test(command) && command.length <= maxLength, `one printable line: ${command.slice(0, 80)}`);
      const files = [inputFile, outputFile].filter((name) => name !== undefined);
      for (const name of files) {
        expectThat(fileName.test(name), `a plain file name, got ${name}`);
        // Some tools take no name to write to: they put an ending behind the one that they read.
        const isDerived = name === outputFile && inputFile !== undefined && name.startsWith(`${inputFile}.`);
        expectThat(isDerived || command.includes(name), `a command that names its file ${name}`);
      }
      const isWhole = form === "pipe" || (inputFile !== undefined && command.includes(inputFile));
      expectThat(isWhole, "inputFile, and its name in the command, of what works on a file");
    }
  }
}

async function checkShapes<Signer>(stage: Stage<Signer>): Promise<void> {
  const usual = await commandsOf(stage, ownObject.bytes);
  const files = JSON.stringify(usual.filter(({ form }) => form === "file"));
  const shapes = new Set(usual.filter(({ form }) => form === "pipe").map(({ command }) => shellShape(command)));
  for (const bytes of hostileBytes) {
    const commands = await commandsOf(stage, bytes);
    const others = JSON.stringify(commands.filter(({ form }) => form === "file"));
    expectThat(others === files, "the same commands on a file, whatever is in it");
    for (const { command } of commands.filter(({ form }) => form === "pipe")) {
      const isSame = shapes.has(shellShape(command));
      expectThat(isSame, `nothing of the object outside of single quotes: ${command.slice(0, 200)}`);
    }
  }
}

async function commandsOf<Signer>(stage: Stage<Signer>, bytes: Bytes): Promise<readonly SigningCommand[]> {
  return (await stage.algorithm()).commands?.(bytes) ?? [];
}

const hostileTexts = [
  "'; touch pwned; '",
  "$(touch pwned)",
  "`touch pwned`",
  '"; touch pwned; "',
  "\n touch pwned\n",
  "\\'; touch pwned #",
  "''$(touch pwned)''",
  "& calc.exe & %COMSPEC% !x! ^",
  "$env:PATH; calc",
  "\u{1f4a5} \ufeff\u202e",
  "%s%n\\0",
  "-",
];

const hostileBytes: readonly Bytes[] = [
  new Uint8Array(),
  Uint8Array.from({ length: 256 }, (_, index) => index),
  new Uint8Array(1 << 20).fill(0x61),
  ...hostileTexts.map((text) => concatBytes(ownObject.bytes, utf8(text))),
  ...hostileTexts.map(hostileMasterKey),
];

/** A master key as a homeserver could serve it. */
function hostileMasterKey(text: string): Bytes {
  const userId = `@${text}:example.org`;
  const key = "A".repeat(43);
  return readSignable({ user_id: userId, usage: ["master"], keys: { [`ed25519:${key}`]: key } }, userId).bytes;
}
