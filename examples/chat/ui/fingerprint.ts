import { h } from "./dom.js";

/** A fingerprint in groups of four, as people compare it. */
export function groupFingerprint(fingerprint: string): string {
  return (fingerprint.match(/.{1,4}/g) ?? []).join(" ");
}

/** The first groups of a fingerprint: enough to recognise it where the whole one stands nearby, never to compare. */
export function abbreviate(fingerprint: string): string {
  const groups = groupFingerprint(fingerprint).split(" ");
  const short = groups.slice(0, 4).join(" ");
  return groups.length > 4 ? `${short} …` : short;
}

/** An abbreviated fingerprint; the whole one is in the tooltip. */
export function shortFingerprint(fingerprint: string): HTMLElement {
  return h("code", { title: groupFingerprint(fingerprint) }, abbreviate(fingerprint));
}
