import type { PublishReceipt } from "matrix-countersign";
import { fill, h } from "../ui/dom.js";
import { attempt, problemBox } from "../ui/problem.js";
import { routeNames, wordsOfReceipt } from "../words/receipts.js";
import type { Owner, Signed } from "./owner.js";

/** The step that publishes a signature and shows what became of it, route by route. */
export interface PublishView {
  readonly element: HTMLElement;
  /** There is a signature to publish now. */
  offer(signed: Signed): void;
}

/** Publishing, enabled once there is a signature. */
export function publishView(owner: Owner, onPublished: (receipt: PublishReceipt, signed: Signed) => void): PublishView {
  let signed: Signed | undefined;
  const problem = problemBox();
  const receipt = h("div", { class: "stack", "aria-live": "polite", hidden: true });
  const button = h("button", { type: "button", class: "primary", disabled: true }, "Publish the signature");
  button.addEventListener("click", () => {
    fill(receipt);
    void attempt(problem, button, async () => {
      if (signed === undefined) return;
      const got = await owner.publish(signed.signature);
      fill(receipt, ...receiptOf(got));
      onPublished(got, signed);
    });
  });
  return {
    element: h(
      "div",
      { class: "stack" },
      h("p", {}, "Uploads it by every route that the homeserver offers, and reads it back."),
      button,
      problem,
      receipt,
    ),
    offer: (offered) => {
      signed = offered;
      button.disabled = false;
      fill(receipt);
    },
  };
}

function receiptOf({ published, routes }: PublishReceipt): HTMLElement[] {
  const items = routes.map((route) => {
    const { mark, words } = wordsOfReceipt(route);
    const label = h("strong", {}, routeNames[route.route]);
    return h(
      "li",
      { class: route.stored ? "good" : "bad" },
      h("span", { class: "mark", "aria-hidden": "true" }, mark),
      h("div", {}, label, h("br"), words),
    );
  });
  const summary = published
    ? "Published."
    : "Not published: no route of this homeserver kept it. The signature is not lost; try another homeserver above.";
  return [h("p", { class: "strong" }, summary), h("ul", { class: "marked" }, ...items)];
}
