/** Every bound on what strangers hand in, checked before the parsing that it protects. */

/** A signature's value: UTF-16 units of its text. A signature by RSA of 16,384 bits in armor stays below. */
export const maxValueLength: number = 8 * 1024;
/** What a signing tool returns, its own words included. */
export const maxOutputLength: number = 64 * 1024;
/** One list of keys: UTF-16 units, or bytes. */
export const maxKeyListLength: number = 8 * 1024 * 1024;
/** One line of it. */
export const maxLineLength: number = 16 * 1024;
