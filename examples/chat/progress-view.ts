import type { IdentityAssessment, PublishReceipt, WithdrawReceipt } from "matrix-countersign";
import { h } from "./ui/dom.js";

/** How far the story has come. */
export interface Story {
  isSigned: boolean;
  receipt?: PublishReceipt;
  /** After the receipt. */
  withdrawal?: WithdrawReceipt | undefined;
  assessment?: IdentityAssessment;
  /** Bob saw another master key of Alice's before. */
  hasChanged?: boolean;
}

const steps = ["Alice's key is signed", "The signature is published", "Bob sees it", "Bob trusts it"];

/** The four steps of the story, and what to do next. */
export function progressView(): { readonly element: HTMLElement; show(story: Story): void } {
  const items = steps.map((step) => h("li", {}, step));
  const hint = h("p", { role: "status", "aria-label": "What next" });
  const show = (story: Story): void => {
    const done = stepsDone(story);
    const next = done.indexOf(false);
    for (const [index, item] of items.entries()) {
      item.className = done[index] === true ? "done" : "";
      if (index === next) item.setAttribute("aria-current", "step");
      else item.removeAttribute("aria-current");
    }
    const words = nextWords(story);
    if (hint.textContent !== words) hint.textContent = words;
  };
  show({ isSigned: false });
  return { element: h("section", { class: "progress" }, h("ol", {}, ...items), hint), show };
}

function stepsDone({ isSigned, receipt, assessment }: Story): boolean[] {
  const valid = assessment?.reports.some(({ status }) => status === "valid") === true;
  return [isSigned, receipt?.published === true, valid, assessment?.level === "trusted"];
}

function nextWords({ isSigned, receipt, withdrawal, assessment, hasChanged }: Story): string {
  const reasons = assessment?.reasons.map(({ code }) => code) ?? [];
  if (assessment?.level === "trusted") {
    if (withdrawal?.withdrawn === true) return "Alice took the signature back. Bob has not heard of it yet.";
    if (withdrawal !== undefined)
      return "Alice could not take it back: nothing on this homeserver could say so. She needs a room.";
    return "Bob trusts Alice's key without having compared anything. Now let Alice take it back, or see below what can go wrong.";
  }
  if (hasChanged === true)
    return "Alice's master key is another one now: what vouched for the old one is worth nothing.";
  if (withdrawal?.withdrawn === true) return "Alice took the signature back, so it counts for Bob no more.";
  if (assessment?.level === "rejected") return "Who vouched for Alice takes it back, so Bob believes it no more.";
  if (!isSigned) return "Next, on Alice's side: have her master key signed.";
  if (receipt === undefined) return "Next, on Alice's side: publish the signature.";
  if (!receipt.published) return "This homeserver keeps the signature nowhere. Choose another one above.";
  if (reasons.includes("out-of-scope"))
    return "The anchor is there, but it may not speak for Alice. On Bob's side: give it another scope.";
  if (reasons.includes("no-anchor"))
    return "Bob sees a valid signature, which proves nothing to him yet. Next, on Bob's side: let its key vouch.";
  if (reasons.includes("not-valid")) return "What Bob was served does not count. Compare the two sides.";
  return "Bob has not seen the signature yet: he looks every few seconds.";
}
