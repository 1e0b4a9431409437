import type { SigningRequest } from "matrix-countersign";
import { attacksView } from "./attacks/attacks-view.js";
import { type ChatView, chatView } from "./chat-view.js";
import { KeyDirectory } from "./keys.js";
import { type Pair, startPair } from "./matrix/pair.js";
import { Owner } from "./owner/owner.js";
import { ownerView } from "./owner/owner-view.js";
import { progressView, type Story } from "./progress-view.js";
import { anchorsView } from "./reader/anchors-view.js";
import { Reader } from "./reader/reader.js";
import { badge, verdictView } from "./reader/verdict-view.js";
import { h } from "./ui/dom.js";

/** One run of the demo: two users on one homeserver. */
export interface Demo {
  readonly element: HTMLElement;
  stop(): Promise<void>;
}

const names: Readonly<Record<string, string>> = { alice: "Alice", bob: "Bob" };
const nameOf = (userId: string): string => names[userId.slice(1).split(":")[0] ?? ""] ?? userId;

/**
 * Starts both users on a fresh homeserver and builds their two sides.
 *
 * @param progress is told in words what is being done
 */
export async function startDemo(baseUrl: string, progress: (words: string) => void): Promise<Demo> {
  const pair = await startPair(baseUrl, progress);
  try {
    const owner = await Owner.create(pair);
    return await buildDemo(pair, owner, await owner.prepare());
  } catch (error) {
    await pair.stop();
    throw error;
  }
}

async function buildDemo(pair: Pair, owner: Owner, request: SigningRequest): Promise<Demo> {
  const story: Story = { isSigned: false };
  const progress = progressView();
  const directory = new KeyDirectory();
  const aboutAlice = h("div", { class: "about row" }, h("strong", {}, "Alice"), badge(undefined));
  const verdict = verdictView(() => reader.check());
  const attacks = attacksView(pair, {
    onServerChanged: () => void reader.check(),
    onRevoked: (revocation) => reader.importKeys(revocation),
  });
  const reader = new Reader(pair, {
    onAssessment: (assessment) => {
      story.assessment = assessment;
      verdict.show(assessment, reader.anchors);
      const name = aboutAlice.querySelector("strong") ?? "Alice";
      aboutAlice.replaceChildren(name, badge(assessment.level));
      progress.show(story);
    },
    onHeard: verdict.showHeard,
    onIdentityChanged: (change) => {
      story.hasChanged = true;
      verdict.showChange(change);
    },
    onProblem: verdict.showProblem,
  });
  const steps = ownerView(owner, pair, request, {
    onSigned: ({ key }) => {
      story.isSigned = true;
      directory.publish(key);
      // As if Bob had it from the company's web page: he can check with it now, and trusts it no more than before.
      void reader.importKeys(key.data).catch(verdict.showProblem);
      progress.show(story);
    },
    onPublished: (receipt, signed) => {
      story.receipt = receipt;
      story.withdrawal = undefined;
      attacks.aim(signed);
      progress.show(story);
    },
    onWithdrawn: (receipt) => {
      story.withdrawal = receipt;
      attacks.aimBack(receipt);
      progress.show(story);
    },
  });
  const aboutBob = h("div", { class: "about row" }, h("strong", {}, "Bob"));
  const chats = [
    chatView(pair.alice, pair.roomId, aboutBob, nameOf),
    chatView(pair.bob, pair.roomId, aboutAlice, nameOf),
  ] as const;
  const anchors = anchorsView(reader, pair.alice.userId, directory);
  await reader.start();
  return {
    element: h(
      "div",
      { class: "demo" },
      progress.element,
      h(
        "div",
        { class: "sides" },
        side("alice", pair.alice.userId, "owns a key", chats[0], steps),
        side("bob", pair.bob.userId, "decides whom to believe", chats[1], verdict.element, anchors),
      ),
      attacks.element,
    ),
    stop: async () => {
      reader.stop();
      owner.close();
      for (const chat of chats) chat.stop();
      await pair.stop();
    },
  };
}

function side(id: string, userId: string, role: string, chat: ChatView, ...content: HTMLElement[]): HTMLElement {
  const name = nameOf(userId);
  const title = h("h2", { id: `${id}-title` }, `${name}'s side`);
  const avatar = h("span", { class: "avatar", "aria-hidden": "true" }, name.slice(0, 1));
  const head = h("header", { class: "row" }, avatar, title, h("span", { class: "fine" }, `${userId} ${role}`));
  return h("section", { class: `side ${id}`, "aria-labelledby": `${id}-title` }, head, chat.element, ...content);
}
