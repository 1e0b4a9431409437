import type { PublishReceipt, SigningRequest, WithdrawReceipt } from "matrix-countersign";
import type { Pair } from "../matrix/pair.js";
import { fill, h } from "../ui/dom.js";
import { groupFingerprint, shortFingerprint } from "../ui/fingerprint.js";
import { attempt, problemBox } from "../ui/problem.js";
import { routeNames } from "../words/receipts.js";
import { ownToolView } from "./own-tool-view.js";
import type { Owner, Signed } from "./owner.js";
import { publishView } from "./publish-view.js";
import { withdrawView } from "./withdraw-view.js";

/** What Alice's side tells the rest of the page. */
export interface OwnerEvents {
  onSigned(signed: Signed): void;
  onPublished(receipt: PublishReceipt, signed: Signed): void;
  onWithdrawn(receipt: WithdrawReceipt): void;
}

/** Alice's four steps: her master key, a signature on it, publishing it, taking it back. */
export function ownerView(owner: Owner, pair: Pair, request: SigningRequest, events: OwnerEvents): HTMLElement {
  const outcome = h("div", { "aria-live": "polite", hidden: true });
  const withdraw = withdrawView(owner, events.onWithdrawn);
  const publish = publishView(owner, pair, (receipt, signed) => {
    publishing.classList.toggle("done", receipt.published);
    if (receipt.published) withdraw.offer(signed);
    events.onPublished(receipt, signed);
  });
  const onSigned = (signed: Signed): void => {
    fill(outcome, signedWords(signed));
    // What is done loses its prominent button: the next step has it.
    signing.classList.add("done");
    publishing.classList.remove("done");
    publish.offer(signed);
    events.onSigned(signed);
  };
  const signing = step("Have it signed outside of Matrix", signingWays(owner, request, onSigned), outcome);
  const publishing = step("Publish the signature", publish.element);
  const withdrawing = step("Take it back", withdraw.element);
  const first = step("Alice's master key", masterKeyStep(request));
  return h("ol", { class: "steps", "aria-label": "Alice's steps" }, first, signing, publishing, withdrawing);
}

function step(title: string, ...content: HTMLElement[]): HTMLElement {
  return h("li", { class: "card" }, h("h3", {}, title), ...content);
}

function masterKeyStep({ masterKey, bytes, disclosures }: SigningRequest): HTMLElement {
  return h(
    "div",
    { class: "stack" },
    h("p", {}, "It stands for Alice and all her devices: ", shortFingerprint(masterKey)),
    h(
      "details",
      { class: "fine" },
      h("summary", {}, "The exact bytes to be signed"),
      h("pre", { tabindex: "0" }, new TextDecoder().decode(bytes)),
      h(
        "p",
        {},
        "Matrix's canonical JSON of the key without signatures. One byte more or less, and no signature fits.",
      ),
    ),
    h(
      "details",
      { class: "fine" },
      h("summary", {}, "What publishing a signature will make public"),
      h(
        "ul",
        { class: "reasons" },
        ...disclosures.map(({ route, text }) => h("li", {}, `${routeNames[route]}. ${text}`)),
      ),
    ),
  );
}

function signingWays(owner: Owner, request: SigningRequest, onSigned: (signed: Signed) => void): HTMLElement {
  const problem = problemBox();
  const button = h("button", { type: "button", class: "primary" }, "Let Example Ltd sign it");
  button.addEventListener("click", () => {
    void attempt(problem, button, async () => onSigned(await owner.signHere()));
  });
  return h(
    "div",
    { class: "stack" },
    h(
      "details",
      { name: "way", open: true },
      h("summary", {}, "In one click, with a throw-away key"),
      h("p", {}, "Makes an OpenPGP key for “Example Ltd”, Alice's employer, in this page, and signs with it."),
      button,
      problem,
    ),
    h("details", { name: "way" }, h("summary", {}, "With your own gpg or sq"), ownToolView(owner, request, onSigned)),
  );
}

function signedWords({ signature, key }: Signed): HTMLElement {
  const characters = typeof signature.value === "string" ? signature.value.length : 0;
  return h(
    "p",
    { class: "good note" },
    "✓ Signed by ",
    h("code", {}, groupFingerprint(key.fingerprint)),
    `, which calls itself “${key.name}”. Checked here before anything is sent; ${characters} characters.`,
  );
}
