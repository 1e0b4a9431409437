import type { ReadAnchor } from "./read-anchors.js";

/**
 * Finds the anchors whose scope could hold somebody of a server, so that not all of them are asked about every user. Whether it does hold them
 * is for the scope to say.
 *
 * @returns for a server name the anchors, each once, in no particular order
 */
export function anchorsByServer(anchors: readonly ReadAnchor[]): (server: string) => readonly ReadAnchor[] {
  const anywhere: ReadAnchor[] = [];
  const exact = new Map<string, ReadAnchor[]>();
  for (const anchor of anchors) {
    const servers = new Set(anchor.scope.allows.map(({ pattern }) => pattern.server));
    if ([...servers].some((server) => server.startsWith("*"))) anywhere.push(anchor);
    else for (const server of servers) exact.set(server, [...(exact.get(server) ?? []), anchor]);
  }
  return (server) => [...(exact.get(server) ?? []), ...anywhere];
}
