import type { WithdrawReceipt } from "matrix-countersign";
import type { Pair } from "../matrix/pair.js";
import type { Signed } from "../owner/owner.js";
import { fill, h } from "../ui/dom.js";
import { attempt, problemBox } from "../ui/problem.js";
import { swapMasterKey, tamperWithSignature } from "./attacks.js";
import { type ManifestCopies, readManifests, writeManifests } from "./roll-back.js";

/** What may go wrong, to try, and what it leads to. */
export interface AttacksView {
  readonly element: HTMLElement;
  /** The signature that was published, to be attacked. */
  aim(signed: Signed): void;
  /** It was taken back: what was served before can be served again. */
  aimBack(receipt: WithdrawReceipt): void;
}

/** What Bob hears of it. */
export interface AttackEvents {
  /** The homeserver serves something else now. */
  onServerChanged(): void;
  /** An organisation says that its key is not to be believed any more. */
  onRevoked(revocation: string): Promise<void>;
}

export function attacksView(pair: Pair, events: AttackEvents): AttacksView {
  let signed: Signed | undefined;
  let before: Promise<ManifestCopies> | undefined;
  const problem = problemBox();
  const outcome = h("p", { "aria-live": "polite", hidden: true });
  const button = (label: string, words: string, act: () => Promise<void>): HTMLButtonElement => {
    const element = h("button", { type: "button" }, label);
    element.addEventListener("click", () => {
      fill(outcome);
      void attempt(problem, element, async () => {
        await act();
        fill(outcome, words);
      });
    });
    return element;
  };
  const tamper = button(
    "The server alters the signature",
    "One bit of the published signature is another now. Look at Bob's verdict; publishing again mends it.",
    async () => {
      if (signed !== undefined) await tamperWithSignature(pair, signed.signature);
      events.onServerChanged();
    },
  );
  tamper.disabled = true;
  const rollBack = button(
    "The server serves an older manifest",
    "The server serves the manifest from before Alice took it back, with her own approval on it. Look at Bob's verdict: he has seen a newer one.",
    async () => {
      if (before !== undefined) await writeManifests(pair, await before);
      events.onServerChanged();
    },
  );
  rollBack.disabled = true;
  const swap = button(
    "The server swaps Alice's master key",
    "The server now serves another master key as Alice's, with her old signature copied onto it. Look at both sides: Alice cannot publish for it. “Start anew” mends it.",
    async () => {
      await swapMasterKey(pair, signed?.signature);
      events.onServerChanged();
    },
  );
  const revoke = button(
    "Example Ltd revokes its key",
    "Bob has the revocation now, as he has the key: whatever that key signed, it convinces nobody any more.",
    async () => {
      if (signed?.revocation !== undefined) await events.onRevoked(signed.revocation);
    },
  );
  revoke.disabled = true;
  return {
    element: h(
      "section",
      { class: "card attacks" },
      h("h3", {}, "What if …"),
      h("div", { class: "row" }, tamper, rollBack, swap, revoke),
      problem,
      outcome,
    ),
    aim: (published) => {
      signed = published;
      before = readManifests(pair);
      // Said where it is used.
      before.catch(() => undefined);
      tamper.disabled = false;
      rollBack.disabled = true;
      revoke.disabled = published.revocation === undefined;
    },
    aimBack: ({ withdrawn }) => {
      rollBack.disabled = !withdrawn;
    },
  };
}
