/** Orders texts by their UTF-16 units: for an order that is the same everywhere, not for people. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
