/** The algorithm's identifier in key IDs. */
export const algorithmId = "com.openssh.sshsig";

/** The purpose that every signature must name (PROTOCOL). */
export const namespace = "msc2961@matrix.org";
