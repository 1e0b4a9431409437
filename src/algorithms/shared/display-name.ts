/** What changes how the text around it is read: control characters, line separators, bidirectional controls. */
const controls = /[\p{Cc}\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;

/** A name as it may be shown: nothing in it can turn, break or hide the text that it stands in. */
export function displayName(name: string): string {
  return name.replace(controls, "\ufffd");
}
