import type { ProfileName } from "../../homeserver/profiles.js";

/** The homeservers that the demo can imitate, in the order of the menu. */
export const servers: readonly { readonly profile: ProfileName; readonly name: string; readonly does: string }[] = [
  {
    profile: "msc2961",
    name: "MSC2961 as proposed",
    does: "takes external signatures and shows them to everybody",
  },
  {
    profile: "synapse-strict",
    name: "Synapse up to 1.160",
    does: "refuses external signatures on keys, but has profile fields",
  },
  {
    profile: "synapse-1.161",
    name: "Synapse 1.161 and later",
    does: "stores external signatures on keys, and shows them to others only by accident",
  },
  {
    profile: "dendrite",
    name: "Dendrite",
    does: "shows external signatures on keys to its own users, and has no profile fields: a room is the remedy",
  },
  {
    profile: "continuwuity",
    name: "Continuwuity",
    does: "stores external signatures on keys that carry a signature already",
  },
  {
    profile: "tuwunel",
    name: "Tuwunel 1.9 and later",
    does: "refuses external signatures on keys, but has profile fields",
  },
  {
    profile: "silent-drop",
    name: "The silent one",
    does: "says yes to external signatures on keys and keeps none, but has profile fields",
  },
];
