/** Twice what the specification allows, for the servers of old. */
const maxUserIdChars = 510;
const grammar = /^@[^:\0]*:[^\0]+$/u;

/** Whether `text` could be a Matrix user ID: a local part, which servers of old left empty, a colon and a server name. */
export function isUserId(text: string): boolean {
  return text.length <= maxUserIdChars && grammar.test(text);
}

/** The server name of a user ID, port included: everything behind the first colon. */
export function serverNameOf(userId: string): string {
  return userId.slice(userId.indexOf(":") + 1);
}
