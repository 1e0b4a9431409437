import type { KeyDirectory, PublicKey } from "../keys.js";
import { fill, h } from "../ui/dom.js";
import { groupFingerprint } from "../ui/fingerprint.js";
import { attempt, problemBox } from "../ui/problem.js";
import { anchorForm } from "./anchor-form.js";
import { anchorOf, type FingerprintAnchor } from "./anchor-of.js";
import type { Reader } from "./reader.js";
import { scopeMenu } from "./scopes.js";

/** Whom Bob lets vouch, and for whom: his list of trust anchors. */
export function anchorsView(reader: Reader, userId: string, directory: KeyDirectory): HTMLElement {
  const list = h("div", { class: "stack" });
  const problem = problemBox();

  const change = async (anchors: readonly FingerprintAnchor[]): Promise<void> => {
    await reader.setAnchors(anchors);
    render();
  };
  const add = async (anchor: FingerprintAnchor): Promise<void> => {
    await change([...reader.anchors.filter(({ id }) => id !== anchor.id), anchor]);
  };
  const anchorRow = (anchor: FingerprintAnchor): HTMLElement => {
    const remove = h("button", { type: "button", class: "small" }, "Remove");
    remove.addEventListener("click", () => {
      void attempt(problem, remove, () => change(reader.anchors.filter(({ id }) => id !== anchor.id)));
    });
    const menu = scopeMenu(userId, anchor.scope, (scope) => {
      // The list stays as it is, so that the menu keeps the focus.
      void attempt(problem, remove, () =>
        reader.setAnchors(reader.anchors.map((other) => (other.id === anchor.id ? { ...anchor, scope } : other))),
      );
    });
    return keyCard("anchor", anchor.label ?? anchor.id, anchor.key, menu.element, remove);
  };
  const suggestion = (key: PublicKey): HTMLElement => {
    const menu = scopeMenu(userId);
    const trust = h("button", { type: "button", class: "primary small" }, "Let it vouch");
    trust.addEventListener("click", () => void attempt(problem, trust, () => add(anchorOf(key, menu.scope))));
    return keyCard("suggestion", key.name, key.fingerprint, menu.element, trust);
  };
  const render = (): void => {
    const known = new Set(reader.anchors.map(({ key }) => key.replace(/\s/g, "").toUpperCase()));
    const others = directory.all().filter(({ fingerprint }) => !known.has(fingerprint));
    fill(
      list,
      reader.anchors.length === 0 && h("p", {}, "Nobody yet. So Bob trusts no key, however it is signed."),
      ...reader.anchors.map(anchorRow),
      others.length > 0 && h("h4", {}, "Keys that Bob has, and that may not vouch"),
      ...others.map(suggestion),
    );
  };
  directory.onPublished(render);
  render();
  return h(
    "section",
    { class: "card" },
    h("h3", {}, "Whom does Bob let vouch?"),
    list,
    problem,
    anchorForm(reader, userId, add),
  );
}

function keyCard(kind: string, name: string, fingerprint: string, ...controls: HTMLElement[]): HTMLElement {
  return h(
    "div",
    { class: `key ${kind}`, role: "group", "aria-label": name },
    h("div", {}, h("strong", {}, name), h("br"), h("code", {}, groupFingerprint(fingerprint))),
    h("div", { class: "row" }, ...controls),
  );
}
