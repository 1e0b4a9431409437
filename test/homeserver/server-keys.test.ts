import { request } from "node:https";
import { fetchServerKeys } from "matrix-countersign";
import { describe, expect, inject, it } from "vitest";

/** What reaches servers whose certificate nobody signed. */
const trusting: typeof fetch = (input) =>
  new Promise((resolve, reject) => {
    const call = request(String(input), { rejectUnauthorized: false }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on("data", (chunk: Buffer) => chunks.push(chunk));
      answer.on("end", () =>
        resolve(
          new Response(Buffer.concat(chunks), {
            status: answer.statusCode ?? 500,
            headers: Object.entries(answer.headers).map(([name, value]) => [name, String(value)]),
          }),
        ),
      );
    });
    call.on("error", reject);
    call.end();
  });

describe.each(["1.163.2", "1.152.1"] as const)("the keys of a real Synapse %s", (version) => {
  const serverName = inject("synapse").serverNames[version];
  const options = { fetch: trusting, named: ["localhost"] };

  it("are verified as all-purpose keys", async () => {
    const verdict = await fetchServerKeys(serverName, { ...options, kind: "all-purpose" });
    expect(verdict).toMatchObject({ status: "valid", keys: { serverName, kind: "all-purpose" } });
    if (verdict.status === "valid") expect([...verdict.keys.keys.keys()]).toEqual(["ed25519:a_test"]);
  });

  it("are not there with scopes", async () => {
    await expect(fetchServerKeys(serverName, { ...options, kind: "scoped" })).rejects.toMatchObject({
      code: "ERR_HTTP_STATUS",
      status: 404,
    });
  });

  it("can be read by pages of every origin", async () => {
    const answer = await trusting(`https://${serverName}/_matrix/key/v2/server`);
    expect([answer.status, answer.headers.get("Access-Control-Allow-Origin")]).toEqual([200, "*"]);
  });
});
