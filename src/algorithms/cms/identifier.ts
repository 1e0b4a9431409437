/** The algorithm's identifier in key IDs. */
export const algorithmId = "org.ietf.cms";
