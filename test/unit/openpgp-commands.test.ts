import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { openpgp } from "../../src/algorithms/openpgp/index.js";
import { utf8 } from "../../src/encoding/bytes.js";
import { masterKey } from "../support/openpgp.js";

const { commands } = openpgp();

/** What the part before the pipe prints, in a real shell. */
function printed(command: string): string {
  const [echo = ""] = command.split(" | ");
  return execFileSync("sh", ["-c", echo]).toString();
}

describe("signing commands", () => {
  it("for a pipe print exactly the bytes", () => {
    const { bytes } = masterKey();
    const pipes = commands(bytes).filter((command) => command.form === "pipe");
    expect(pipes.map((command) => command.tool)).toEqual(["gpg", "sq before 1.0"]);
    for (const { command } of pipes) {
      expect(printed(command)).toBe(new TextDecoder().decode(bytes));
      expect(command).not.toContain("\n");
    }
  });

  it("for a pipe hold nothing that a shell would run, whatever the bytes are", () => {
    const hostile = [
      "'; touch /tmp/owned; '",
      "$(id)`id`",
      "\\'\"$HOME !! %s %n \\n",
      "-n",
      "'''",
      '{"user_id":"@o\'neill:example.org"}',
    ];
    for (const text of hostile) {
      for (const { command, form } of commands(utf8(text))) if (form === "pipe") expect(printed(command)).toBe(text);
    }
  });

  it("for a pipe print any printable text", () => {
    const printable = fc.string({
      unit: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)),
      minLength: 1,
    });
    fc.assert(
      fc.property(
        printable.filter((text) => !text.includes(" | ")),
        (text) => {
          const [first] = commands(utf8(text));
          expect(printed(first?.command ?? "")).toBe(text);
        },
      ),
      { numRuns: 60 },
    );
  });

  it("for a pipe are left out where the bytes are not printable ASCII, or too many", () => {
    for (const text of ["line\nline", "caf\u00e9", "\u0000", "tab\t", "\u007f", "\u202e", "x".repeat(8001)]) {
      expect(commands(utf8(text)).every((command) => command.form === "file")).toBe(true);
    }
  });

  it("for a file name the files and hold no byte of the object", () => {
    const files = commands(utf8("';rm -rf ~;'\n")).filter((command) => command.form === "file");
    expect(files.map((command) => command.tool)).toEqual(["gpg", "sq", "sq before 1.0"]);
    for (const { command, inputFile, outputFile } of files) {
      expect(command).toMatch(/^[a-z0-9 .-]+$/);
      expect(command).toContain(inputFile);
      expect(command).toContain(outputFile);
    }
  });
});
