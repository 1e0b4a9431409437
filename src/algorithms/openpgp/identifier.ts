/** The algorithm's identifier in key IDs. */
export const algorithmId = "org.openpgp.signature";
