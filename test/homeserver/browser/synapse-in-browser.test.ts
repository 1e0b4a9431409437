import { describe, expect, inject, test } from "vitest";
import { restartSynapse } from "../../support/restart-synapse.js";

/** Registers a user from the page and returns the access token. */
async function register(url: string): Promise<string> {
  const body = {
    username: `page-${crypto.randomUUID()}`,
    password: crypto.randomUUID(),
    auth: { type: "m.login.dummy" },
  };
  const answer = await fetch(`${url}/_matrix/client/v3/register`, { method: "POST", body: JSON.stringify(body) });
  expect(answer.status).toBe(200);
  return (await answer.json()).access_token;
}

describe("Synapse from a page of another origin", () => {
  for (const version of ["1.163.2", "1.152.1"] as const) {
    test(`${version} lets the page read its name and version`, async () => {
      const answer = await fetch(`${inject("synapse").urls[version]}/_matrix/client/versions`);
      expect(answer.headers.get("Server")).toBe(`Synapse/${version}`);
    });

    test(`${version} keeps its users when a test restarts it`, async () => {
      const url = inject("synapse").urls[version];
      const token = await register(url);
      await restartSynapse(version);
      const headers = { Authorization: `Bearer ${token}` };
      const answer = await fetch(`${url}/_matrix/client/v3/account/whoami`, { headers });
      expect(answer.status).toBe(200);
    });
  }
});
