/** A stranger's text without control characters, marks of writing direction and the like, which could forge what is shown. */
export function plain(text: string): string {
  return text.replace(/\p{C}/gu, "\ufffd");
}
