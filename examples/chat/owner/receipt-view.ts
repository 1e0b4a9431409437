import type { PublishReceipt, RouteReceipt, WithdrawnPlace, WithdrawReceipt } from "matrix-countersign";
import { downloadLink } from "../ui/copy-box.js";
import { type Child, h } from "../ui/dom.js";
import { audiences, recallWords, remarkWords, routeNames, wordsOfReceipt } from "../words/receipts.js";
import { obstacleWords, placesOfWithdrawal } from "../words/withdrawals.js";

/** What became of a publishing: who sees it, each route, what cannot be recalled, and what would let more people see it. */
export function publishReceiptView({ published, visibleTo, routes, advice }: PublishReceipt): HTMLElement[] {
  const summary = published
    ? `Published. It is seen by ${audiences[visibleTo]}.`
    : "Not published: no route of this homeserver kept it. The signature is not lost.";
  const views = [strong(summary), h("ul", { class: "marked" }, ...routes.map(routeItem))];
  if (advice.length === 0) return views;
  const items = advice.map(({ text }) => h("li", {}, text));
  return [...views, h("h4", {}, "What would let more people see it"), h("ul", { class: "reasons" }, ...items)];
}

/** What became of a withdrawal: where it is said, where it could not be, and what goes on being served. */
export function withdrawReceiptView({ withdrawn, places, staysOnKey }: WithdrawReceipt): HTMLElement[] {
  const summary = withdrawn
    ? "Withdrawn. Whoever reads Alice's manifest counts the signature no more."
    : "Not withdrawn: there is no manifest yet that could say so. Prepare the room above, and try again.";
  return [
    strong(summary),
    ...(places.length > 0 ? [h("ul", { class: "marked" }, ...places.map(placeItem))] : []),
    ...(staysOnKey ? [h("p", { class: "note open" }, staysOnKey.text)] : []),
  ];
}

/** For what is neither done nor lost. */
export function waitingView(what: string): HTMLElement {
  const words = `The homeserver cannot be reached. ${what} waits in the outbox and is sent by itself when it can be.`;
  return h("p", { class: "note open" }, words);
}

function routeItem(receipt: RouteReceipt): HTMLElement {
  const { route, stored, recall, remarks, bundle, error } = receipt;
  const { mark, words } = wordsOfReceipt(receipt);
  const fine = stored ? [recallWords[recall], ...remarks.map((remark) => remarkWords[remark])].join(" ") : "";
  const isTried = error?.code !== "ERR_ROUTE_UNAVAILABLE";
  return item(
    stored || bundle !== undefined ? "good" : isTried ? "bad" : "fine",
    mark,
    routeNames[route],
    words,
    fine !== "" && h("p", { class: "fine" }, fine),
    bundle !== undefined && downloadLink(new TextEncoder().encode(bundle), "alice.manifests.json"),
  );
}

function placeItem({ route, done, obstacle }: WithdrawnPlace): HTMLElement {
  const words = done ? "Says so now: it was there when read back." : obstacleWords[obstacle ?? "refused"];
  return item(done ? "good" : "bad", done ? "✓" : "✗", placesOfWithdrawal[route], words);
}

function item(
  kind: "good" | "bad" | "fine",
  mark: string,
  title: string,
  words: string,
  ...more: Child[]
): HTMLElement {
  return h(
    "li",
    { class: kind },
    h("span", { class: "mark", "aria-hidden": "true" }, mark),
    h("div", {}, h("strong", {}, title), h("br"), words, ...more),
  );
}

function strong(text: string): HTMLElement {
  return h("p", { class: "strong" }, text);
}
