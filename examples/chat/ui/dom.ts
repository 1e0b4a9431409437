/** What may stand inside an element; `undefined` and `false` stand for nothing. */
export type Child = Node | string | undefined | false;

type Value = string | boolean | undefined | ((event: Event) => void);

/**
 * An element with attributes, listeners (`onclick: () => …`) and children. Text is always text: what strangers send cannot
 * become markup.
 */
export function h<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Readonly<Record<string, Value>> = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name.slice("on".length), value);
    else if (value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== undefined && child !== false));
  return element;
}

/** Puts other children into an element; none hides it. */
export function fill(element: HTMLElement, ...children: readonly Child[]): void {
  const shown = children.filter((child) => child !== undefined && child !== false);
  element.replaceChildren(...shown);
  element.hidden = shown.length === 0;
}

/** An element of the page by its ID. */
export function byId<Type extends HTMLElement>(id: string, type: new () => Type): Type {
  const element = document.getElementById(id);
  if (element instanceof type) return element;
  throw new Error(`index.html has no ${type.name} #${id}`);
}
