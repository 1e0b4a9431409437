import { HttpError } from "../../errors.js";
import type { RouteReceipt } from "../../matrix/routes/route.js";
import type { ServerIdentity } from "../../matrix/servers/identify-server.js";
import { widest } from "./receipt.js";

/**
 * What would let more people see a signature.
 *
 * - `name-a-room`: a room or space that the readers are in, prepared for manifests
 * - `prepare-the-room`: its admin has to let members write the state event
 * - `ask-for-profile-fields`: the homeserver lacks them, or its admin turned them off
 * - `authenticate`: give a way to authenticate, and the key can be uploaded once more
 * - `serve-the-bundle`: save the bundle of the receipt, and hand it or its address to the readers
 * - `override-a-rule`: a rule refused it; each can be overridden by name, if you know what that means
 * - `try-again`: a fault that may pass; the outbox has the signature
 */
export type AdviceCode =
  | "name-a-room"
  | "prepare-the-room"
  | "ask-for-profile-fields"
  | "authenticate"
  | "serve-the-bundle"
  | "override-a-rule"
  | "try-again";

/** One piece of advice. */
export interface Advice {
  readonly code: AdviceCode;
  /** The same as an English sentence. */
  readonly text: string;
}

const texts: Readonly<Record<AdviceCode, string>> = {
  "name-a-room": "Name a room or space that the readers are in: its state works on every server.",
  "prepare-the-room": "Ask the room's admin to let members write the state event org.matrix.msc2961.signatures.",
  "ask-for-profile-fields": "Ask your server's admin for profile fields (MSC4133): everybody can read those.",
  authenticate:
    "Give a way to authenticate: this server lets the master key be uploaded once more, with the signature in it.",
  "serve-the-bundle": "Save the bundle and hand it, or an address that serves it, to the readers.",
  "override-a-rule":
    "A rule refused the signature; see the findings of each receipt. Every rule can be overridden by its name.",
  "try-again": "A request failed in a way that may pass. The signature is kept and will be tried again.",
};

/** What the ladder could not do for want of something that the caller can give. */
export interface LadderLimits {
  readonly server: ServerIdentity | undefined;
  readonly canAuthenticate: boolean;
  readonly namesRooms: boolean;
}

/** What is still missing until everybody sees the signature; nothing where everybody does. */
export function adviseOn(receipts: readonly RouteReceipt[], limits: LadderLimits): Advice[] {
  const reached = widest(receipts.map(({ visibleTo }) => visibleTo));
  const facts = limits.server?.facts;
  const codes = new Set<AdviceCode>();
  if (receipts.some(({ error }) => isWorthAnotherTry(error))) codes.add("try-again");
  if (receipts.some(({ findings }) => findings)) codes.add("override-a-rule");
  if (reached !== "everyone") {
    if (receipts.some(({ route, error }) => route === "room-state" && isForbidden(error)))
      codes.add("prepare-the-room");
    if (!limits.namesRooms) codes.add("name-a-room");
    if (receipts.some(({ route, stored, findings }) => route === "profile-field" && !stored && !findings)) {
      codes.add("ask-for-profile-fields");
    }
    if (!limits.canAuthenticate && facts?.sameKeyAgain === "own-server" && !["room", "own-server"].includes(reached)) {
      codes.add("authenticate");
    }
    if (receipts.some(({ bundle }) => bundle !== undefined)) codes.add("serve-the-bundle");
  }
  return [...codes].map((code) => ({ code, text: texts[code] }));
}

/** Whether a fault may well be gone when the same is tried later. */
export function isWorthAnotherTry(error: Error | undefined): error is HttpError {
  if (!(error instanceof HttpError)) return false;
  return error.code !== "ERR_HTTP_STATUS" || (error.status ?? 0) >= 500;
}

function isForbidden(error: Error | undefined): boolean {
  return error instanceof HttpError && error.status === 403;
}
