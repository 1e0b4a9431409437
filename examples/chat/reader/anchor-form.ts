import { CountersignError } from "matrix-countersign";
import { readPublicKeys } from "../keys.js";
import { h } from "../ui/dom.js";
import { keyInput } from "../ui/key-input.js";
import { attempt, problemBox, showProblem } from "../ui/problem.js";
import type { FingerprintAnchor } from "./anchor-of.js";
import { anchorOf } from "./anchor-of.js";
import type { Reader } from "./reader.js";
import { scopeMenu } from "./scopes.js";

/** Adding an anchor by its fingerprint, which Bob has from somewhere that he believes, and its public key. */
export function anchorForm(
  reader: Reader,
  userId: string,
  add: (anchor: FingerprintAnchor) => Promise<void>,
): HTMLElement {
  const problem = problemBox();
  const fingerprint = h("input", {
    type: "text",
    autocomplete: "off",
    spellcheck: "false",
    placeholder: "1234 ABCD …",
  });
  const key = keyInput("Its public key", "-----BEGIN PGP PUBLIC KEY BLOCK-----", (error) =>
    showProblem(problem, error),
  );
  const menu = scopeMenu(userId);
  const button = h("button", { type: "submit", class: "primary small" }, "Add");
  const form = h(
    "form",
    { class: "stack" },
    h("label", {}, h("span", {}, "Fingerprint, from a source that Bob believes"), fingerprint),
    key.element,
    h("div", { class: "row" }, menu.element, button),
    problem,
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void attempt(problem, button, async () => {
      const wanted = readFingerprint(fingerprint.value);
      const data = key.read();
      if (data === undefined) throw new CountersignError("ERR_ACCEPT_NO_KEY", "expected a public key, got nothing");
      const found = (await readPublicKeys(data)).find((candidate) => candidate.fingerprint === wanted);
      if (found === undefined) {
        throw new CountersignError(
          "ERR_ANCHOR_INVALID",
          "expected the public key of that fingerprint, got another one",
        );
      }
      await reader.importKeys(data);
      await add(anchorOf(found, menu.scope));
      fingerprint.value = "";
      key.clear();
    });
  });
  return h("details", {}, h("summary", {}, "Add another key by its fingerprint"), form);
}

function readFingerprint(text: string): string {
  const compact = text.replace(/[\s:]/g, "").toUpperCase();
  if (/^(?:[0-9A-F]{40}|[0-9A-F]{64})$/.test(compact)) return compact;
  throw new CountersignError("ERR_ANCHOR_INVALID", "expected a fingerprint of 40 or 64 hexadecimal digits");
}
