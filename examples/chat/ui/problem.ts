import { wordsOf } from "../words/errors.js";
import { fill, h } from "./dom.js";

/** A place where an error is said in words, with its code; screen readers hear it at once. */
export function problemBox(): HTMLElement {
  return h("div", { class: "problem", role: "alert", hidden: true });
}

/** Says an error in its place. */
export function showProblem(box: HTMLElement, error: unknown): void {
  const { words, code, detail } = wordsOf(error);
  fill(box, h("p", {}, words), h("p", { class: "fine" }, h("code", {}, code), detail === "" ? "" : ` ${detail}`));
}

/**
 * Runs what a button does: the button is busy meanwhile, an error is said in the box. Whatever the box said before is gone.
 *
 * @returns whether it went well
 */
export async function attempt(box: HTMLElement, button: HTMLButtonElement, act: () => Promise<void>): Promise<boolean> {
  fill(box);
  button.disabled = true;
  button.setAttribute("aria-busy", "true");
  try {
    await act();
    return true;
  } catch (error) {
    showProblem(box, error);
    return false;
  } finally {
    button.removeAttribute("aria-busy");
    button.disabled = false;
  }
}
