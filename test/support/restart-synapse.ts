import { inject } from "vitest";
import type { SynapseVersion } from "./synapse.js";

/** Restarts the Synapse that `inject("synapse")` names, from Node and from a browser, and waits until it answers again. */
export async function restartSynapse(version: SynapseVersion): Promise<void> {
  const answer = await fetch(`${inject("synapse").restartUrl}/${version}`, { method: "POST" });
  if (answer.status !== 204) throw new Error(`Synapse ${version} did not restart: ${await answer.text()}`);
}
