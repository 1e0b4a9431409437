import type { AnchorScope } from "matrix-countersign";
import { h } from "../ui/dom.js";

/** Whom Bob may let an anchor speak for: the two that help, and two that show that a scope is a scope. */
export function scopesFor(userId: string): readonly { readonly label: string; readonly scope: AnchorScope }[] {
  const server = userId.slice(userId.indexOf(":") + 1);
  return [
    { label: `everybody at ${server}`, scope: { servers: [server] } },
    { label: `${userId} alone`, scope: { users: [userId] } },
    { label: `@carol:${server} alone`, scope: { users: [`@carol:${server}`] } },
    { label: "everybody at elsewhere.example", scope: { servers: ["elsewhere.example"] } },
  ];
}

/** A menu of scopes. */
export interface ScopeMenu {
  readonly element: HTMLElement;
  readonly scope: AnchorScope;
}

/** @param onChange is told of another choice */
export function scopeMenu(userId: string, chosen?: AnchorScope, onChange?: (scope: AnchorScope) => void): ScopeMenu {
  const scopes = scopesFor(userId);
  const same = JSON.stringify(chosen);
  const select = h(
    "select",
    {},
    ...scopes.map(({ label, scope }, index) =>
      h("option", { value: String(index), selected: JSON.stringify(scope) === same }, label),
    ),
  );
  const scope = (): AnchorScope => scopes[Number(select.value)]?.scope ?? {};
  select.addEventListener("change", () => onChange?.(scope()));
  return {
    element: h("label", { class: "inline" }, h("span", {}, "may speak for"), select),
    get scope() {
      return scope();
    },
  };
}
