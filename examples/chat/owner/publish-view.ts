import type { PublishReceipt } from "matrix-countersign";
import type { Pair } from "../matrix/pair.js";
import { fill, h } from "../ui/dom.js";
import { attempt, problemBox } from "../ui/problem.js";
import type { Owner, Signed } from "./owner.js";
import { publishReceiptView, waitingView } from "./receipt-view.js";

/** The step that publishes a signature and shows what became of it, route by route. */
export interface PublishView {
  readonly element: HTMLElement;
  /** There is a signature to publish now. */
  offer(signed: Signed): void;
}

/** What can be done about a receipt in this page. */
const roomHelps: ReadonlySet<string> = new Set(["name-a-room", "prepare-the-room"]);

/** Publishing, enabled once there is a signature. */
export function publishView(
  owner: Owner,
  { line, roomId }: Pair,
  onPublished: (receipt: PublishReceipt, signed: Signed) => void,
): PublishView {
  let signed: Signed | undefined;
  const problem = problemBox();
  const outcome = h("div", { class: "stack", "aria-live": "polite", hidden: true });
  const button = h("button", { type: "button", class: "primary", disabled: true }, "Publish the signature");
  const room = h("button", { type: "button", hidden: true }, "Prepare the room and publish there");
  const offline = h("input", { type: "checkbox" });

  const show = (receipt: PublishReceipt): void => {
    fill(outcome, ...publishReceiptView(receipt));
    room.hidden = !receipt.advice.some(({ code }) => roomHelps.has(code));
    if (signed !== undefined) onPublished(receipt, signed);
  };
  const publish = async (): Promise<void> => {
    if (signed === undefined) return;
    const receipt = await owner.publish(signed.signature);
    if (receipt === undefined) fill(outcome, waitingView("The signature"));
    else show(receipt);
  };
  button.addEventListener("click", () => {
    fill(outcome);
    void attempt(problem, button, publish);
  });
  room.addEventListener("click", () => {
    void attempt(problem, room, async () => {
      await owner.prepareRoom(roomId);
      await publish();
    });
  });
  offline.addEventListener("change", () => line.cut(offline.checked));
  owner.onResumed((receipt) => {
    if ("routes" in receipt) show(receipt);
  });
  return {
    element: h(
      "div",
      { class: "stack" },
      h("p", {}, "By one route after the other, until everyone sees it; and reads it back."),
      h(
        "div",
        { class: "row" },
        button,
        h("label", { class: "inline" }, offline, h("span", {}, "Alice's server is offline")),
      ),
      problem,
      outcome,
      room,
    ),
    offer: (offered) => {
      signed = offered;
      button.disabled = false;
      room.hidden = true;
      fill(outcome);
    },
  };
}
