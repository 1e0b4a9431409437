import { h } from "./dom.js";

/** A text to be copied, with the button that does it. */
export function copyBox(text: string, label: string): HTMLElement {
  const code = h("pre", { tabindex: "0", "aria-label": label }, text);
  const button = h("button", { type: "button", class: "small" }, "Copy");
  button.addEventListener("click", async () => {
    button.textContent = (await copy(text)) ? "Copied" : selectAll(code);
    button.addEventListener("blur", () => (button.textContent = "Copy"), { once: true });
  });
  return h("div", { class: "copy-box" }, code, button);
}

/** A link that saves exactly these bytes. */
export function downloadLink(bytes: Uint8Array<ArrayBuffer>, name: string): HTMLElement {
  const href = URL.createObjectURL(new Blob([bytes], { type: "application/octet-stream" }));
  return h("a", { href, download: name, class: "button small" }, `Download ${name}`);
}

async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

/** Where the browser does not let a page write to the clipboard, the user does it. */
function selectAll(element: HTMLElement): string {
  getSelection()?.selectAllChildren(element);
  return "Press Ctrl+C";
}
