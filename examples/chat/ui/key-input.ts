import { CountersignError } from "matrix-countersign";
import { h } from "./dom.js";

/** More than any signature or key that a person pastes. */
const maxFileBytes = 4 * 1024 * 1024;

/** A text area that takes pasted text, and a file dropped on it or chosen, which may be binary. */
export interface KeyInput {
  readonly element: HTMLElement;
  /** What was given; `undefined` for nothing. */
  read(): string | Uint8Array | undefined;
  clear(): void;
}

/** An input for armored or binary OpenPGP data. */
export function keyInput(label: string, placeholder: string, onProblem: (error: unknown) => void): KeyInput {
  const text = h("textarea", { rows: "4", spellcheck: "false", autocomplete: "off", placeholder });
  const status = h("span", { class: "fine", "aria-live": "polite" });
  let binary: Uint8Array | undefined;

  const file = h("input", { type: "file", "aria-label": `${label}, as a file` });
  const take = async (given: File | undefined): Promise<void> => {
    if (given === undefined) return;
    try {
      if (given.size > maxFileBytes) throw new CountersignError("ERR_ARMOR_LIMIT", "expected a file of at most 4 MiB");
      const bytes = new Uint8Array(await given.arrayBuffer());
      const armored = new TextDecoder().decode(bytes.subarray(0, 64)).includes("-----BEGIN");
      text.value = armored ? new TextDecoder().decode(bytes) : "";
      binary = armored ? undefined : bytes;
      status.textContent = `${bytes.length} bytes`;
    } catch (error) {
      onProblem(error);
    }
  };
  text.addEventListener("input", () => {
    binary = undefined;
    file.value = "";
    status.textContent = "";
  });
  text.addEventListener("dragover", (event) => event.preventDefault());
  text.addEventListener("drop", (event) => {
    const files = event.dataTransfer?.files;
    if (files?.[0] === undefined) return;
    event.preventDefault();
    file.files = files;
    void take(files[0]);
  });
  file.addEventListener("change", () => void take(file.files?.[0]));

  return {
    element: h(
      "div",
      { class: "stack" },
      h("label", {}, h("span", {}, label), text),
      h("div", { class: "row" }, h("span", { class: "fine" }, "or drop a file there, or"), file, status),
    ),
    read: () => binary ?? (text.value.trim() === "" ? undefined : text.value),
    clear: () => {
      binary = undefined;
      text.value = "";
      file.value = "";
      status.textContent = "";
    },
  };
}
