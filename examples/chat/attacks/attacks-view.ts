import type { OwnSignature } from "matrix-countersign";
import type { Pair } from "../matrix/pair.js";
import { fill, h } from "../ui/dom.js";
import { attempt, problemBox } from "../ui/problem.js";
import { swapMasterKey, tamperWithSignature } from "./attacks.js";

/** Two attacks to try, and what they lead to. */
export interface AttacksView {
  readonly element: HTMLElement;
  /** The signature that was published, to be attacked. */
  aim(signature: OwnSignature): void;
}

/** @param onDone is called after an attack, so that Bob looks again */
export function attacksView(pair: Pair, onDone: () => void): AttacksView {
  let signature: OwnSignature | undefined;
  const problem = problemBox();
  const outcome = h("p", { "aria-live": "polite", hidden: true });
  const button = (label: string, words: string, act: () => Promise<void>): HTMLButtonElement => {
    const element = h("button", { type: "button" }, label);
    element.addEventListener("click", () => {
      fill(outcome);
      void attempt(problem, element, async () => {
        await act();
        fill(outcome, words);
        onDone();
      });
    });
    return element;
  };
  const tamper = button(
    "Alter the signature",
    "One bit of the published signature is another now. Look at Bob's verdict; publishing again mends it.",
    async () => {
      if (signature !== undefined) await tamperWithSignature(pair, signature);
    },
  );
  tamper.disabled = true;
  const swap = button(
    "Swap Alice's master key",
    "The server now serves another master key as Alice's, with her old signature copied onto it. Look at both sides: Alice cannot publish for it. “Start anew” mends it.",
    () => swapMasterKey(pair, signature),
  );
  return {
    element: h(
      "section",
      { class: "card attacks" },
      h("h3", {}, "Be the dishonest homeserver"),
      h("div", { class: "row" }, tamper, swap),
      problem,
      outcome,
    ),
    aim: (published) => {
      signature = published;
      tamper.disabled = false;
    },
  };
}
