import type { Visibility } from "../routes/route.js";

/** What a kind of homeserver does with external signatures: measured, or read in its code. */
export interface ServerFacts {
  /** As the server names itself, in lower case. */
  readonly name: string;
  /** The facts hold for versions below this one; absent for every version that no row before covers. */
  readonly below?: readonly [major: number, minor: number];
  /** A signature that is uploaded later: what is taken, and who sees it for certain. */
  readonly signaturesUpload: { readonly takes: "nothing" | "strings" | "base64"; readonly visibleTo: Visibility };
  /** Whether others may see such a signature for a while by accident: seeing it then proves nothing. */
  readonly showsByAccident?: true;
  /** A signature inside the very first upload of a master key, which everybody sees. */
  readonly firstUpload: "anything" | "strings" | "base64";
  /** The same master key uploaded again: whether the server takes it, and who sees what it carries then. */
  readonly sameKeyAgain: "nobody" | "own-server";
  /** Profile fields of any name (MSC4133), over federation too. */
  readonly profileFields: boolean;
}

const synapse = {
  name: "synapse",
  firstUpload: "anything",
  sameKeyAgain: "nobody",
  profileFields: true,
} as const;

/** As Continuwuity: a string hangs on the key, the users of the same server see it. */
const conduwuit = {
  name: "conduwuit",
  signaturesUpload: { takes: "strings", visibleTo: "own-server" },
  firstUpload: "strings",
  sameKeyAgain: "own-server",
  profileFields: true,
} as const;

/**
 * Every server that is known, the rows of one name by rising version.
 *
 * Measured on Synapse 1.152.1, 1.160.0 and 1.163.2, Dendrite 0.15.2, Continuwuity 26.8.0-alpha and Tuwunel 1.4, the key code of
 * Tuwunel 1.9 in an older server; conduwuit and Conduit as their code says. Not listed is not known: everything is tried then.
 */
export const knownServers: readonly ServerFacts[] = [
  { ...synapse, below: [1, 161], signaturesUpload: { takes: "nothing", visibleTo: "nobody" } },
  { ...synapse, signaturesUpload: { takes: "strings", visibleTo: "uploader" }, showsByAccident: true },
  {
    name: "dendrite",
    signaturesUpload: { takes: "base64", visibleTo: "own-server" },
    firstUpload: "base64",
    sameKeyAgain: "own-server",
    profileFields: false,
  },
  { ...conduwuit, name: "continuwuity" },
  conduwuit,
  { ...conduwuit, name: "conduit", profileFields: false },
  { ...conduwuit, name: "tuwunel", below: [1, 9] },
  { ...conduwuit, name: "tuwunel", signaturesUpload: { takes: "nothing", visibleTo: "nobody" } },
];
