import { EventStatus, EventType, type MatrixEvent, MatrixEventEvent, RoomEvent } from "matrix-js-sdk";
import type { MatrixUser } from "../shared/matrix-user.js";
import { say } from "./matrix/pair.js";
import { fill, h } from "./ui/dom.js";
import { attempt, problemBox } from "./ui/problem.js";

/** The encrypted room as one user sees it. */
export interface ChatView {
  readonly element: HTMLElement;
  stop(): void;
}

/**
 * A chat: the messages as this user's client decrypted them, and a line to write.
 *
 * @param about stands above the messages: with whom one talks, and what is known of them
 * @param nameOf how a sender is called
 */
export function chatView(
  user: MatrixUser,
  roomId: string,
  about: HTMLElement,
  nameOf: (userId: string) => string,
): ChatView {
  const { client } = user;
  const log = h("ol", { class: "log", role: "log", "aria-label": `${nameOf(user.userId)}'s chat`, tabindex: "0" });
  const problem = problemBox();
  const input = h("input", {
    type: "text",
    "aria-label": `Message as ${nameOf(user.userId)}`,
    placeholder: `Write as ${nameOf(user.userId)} …`,
    autocomplete: "off",
  });
  const send = h("button", { type: "submit", class: "small" }, "Send");
  const form = h("form", { class: "row" }, input, send);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const body = input.value.trim();
    if (body === "") return;
    void attempt(problem, send, async () => {
      await say(client, roomId, body);
      input.value = "";
    });
  });

  const render = (): void => {
    const events = client.getRoom(roomId)?.getLiveTimeline().getEvents() ?? [];
    const messages = events.filter(isMessage).map((event) => message(event, user.userId, nameOf));
    fill(log, h("li", { class: "fine" }, "End-to-end encrypted room"), ...messages);
    log.scrollTop = log.scrollHeight;
  };
  client.on(RoomEvent.Timeline, render);
  client.on(RoomEvent.LocalEchoUpdated, render);
  client.on(MatrixEventEvent.Decrypted, render);
  render();
  return {
    element: h("section", { class: "card chat" }, about, log, problem, form),
    stop: () => {
      client.off(RoomEvent.Timeline, render);
      client.off(RoomEvent.LocalEchoUpdated, render);
      client.off(MatrixEventEvent.Decrypted, render);
    },
  };
}

function isMessage(event: MatrixEvent): boolean {
  return event.getType() === EventType.RoomMessage || event.isEncrypted();
}

function message(event: MatrixEvent, self: string, nameOf: (userId: string) => string): HTMLElement {
  const sender = event.getSender() ?? "";
  const failure = failureOf(event);
  const failed = failure !== undefined;
  const text = failure ?? textOf(event);
  return h(
    "li",
    { class: sender === self ? "own" : "other" },
    h("span", { class: "sender" }, nameOf(sender)),
    h("span", { class: failed ? "bubble failed" : "bubble" }, text),
  );
}

function failureOf(event: MatrixEvent): string | undefined {
  if (event.isDecryptionFailure()) return `Cannot be decrypted: ${event.decryptionFailureReason ?? "unknown"}`;
  return event.status === EventStatus.NOT_SENT ? `Not sent: ${textOf(event)}` : undefined;
}

function textOf(event: MatrixEvent): string {
  const { body }: { body?: unknown } = event.getContent();
  return typeof body === "string" ? body : "…";
}
