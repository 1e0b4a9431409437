/** The algorithm's identifier in key IDs. */
export const algorithmId = "io.element.x509";
