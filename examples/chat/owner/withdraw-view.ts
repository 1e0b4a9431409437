import type { WithdrawReceipt } from "matrix-countersign";
import { fill, h } from "../ui/dom.js";
import { attempt, problemBox } from "../ui/problem.js";
import type { Owner, Signed } from "./owner.js";
import { waitingView, withdrawReceiptView } from "./receipt-view.js";

/** The step that takes a signature back. */
export interface WithdrawView {
  readonly element: HTMLElement;
  /** There is a published signature to take back now. */
  offer(signed: Signed): void;
}

/** Withdrawing, enabled once something is published. */
export function withdrawView(owner: Owner, onWithdrawn: (receipt: WithdrawReceipt) => void): WithdrawView {
  let signed: Signed | undefined;
  const problem = problemBox();
  const outcome = h("div", { class: "stack", "aria-live": "polite", hidden: true });
  const button = h("button", { type: "button", disabled: true }, "Withdraw the signature");
  const show = (receipt: WithdrawReceipt): void => {
    fill(outcome, ...withdrawReceiptView(receipt));
    onWithdrawn(receipt);
  };
  button.addEventListener("click", () => {
    fill(outcome);
    void attempt(problem, button, async () => {
      if (signed === undefined) return;
      const receipt = await owner.withdraw(signed.signature);
      if (receipt === undefined) fill(outcome, waitingView("The withdrawal"));
      else show(receipt);
    });
  });
  owner.onResumed((receipt) => {
    if ("places" in receipt) show(receipt);
  });
  return {
    element: h(
      "div",
      { class: "stack" },
      h("p", {}, "Alice changes employers, say. Her manifest then says that she takes the signature back."),
      button,
      problem,
      outcome,
    ),
    offer: (offered) => {
      signed = offered;
      button.disabled = false;
      fill(outcome);
    },
  };
}
