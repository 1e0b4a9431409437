import { type ServerKeyKind, verifyServerKeys, verifyServerSigned } from "matrix-countersign";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type PythonOracle, startPythonOracle } from "../support/python-oracle.js";
import { day, now, roomEvent, serverName } from "../support/server-keys.js";

/** Synapse's own signing: makes a key, signs a list of it and an event with it. */
const program = `
import json, sys
from signedjson.key import generate_signing_key, get_verify_key, encode_verify_key_base64
from signedjson.sign import sign_json
for line in sys.stdin:
    task = json.loads(line)
    key = generate_signing_key(task["version"])
    listed = {"key": encode_verify_key_base64(get_verify_key(key)), **task["more"]}
    answer = {**task["answer"], "verify_keys": {"ed25519:" + task["version"]: listed}, "old_verify_keys": {}}
    signed = [sign_json(part, task["server_name"], key) for part in (answer, task["event"])]
    print(json.dumps(signed), flush=True)
`;

let oracle: PythonOracle;
beforeAll(async () => {
  oracle = await startPythonOracle("synapse-1.163.2", program);
});
afterAll(() => oracle.close());

describe("server keys as Synapse's signedjson signs them", () => {
  it.each<[ServerKeyKind, object]>([
    ["all-purpose", {}],
    ["scoped", { scope: ["m.events", "org.example.\u{1f600}", "\ufffd"] }],
  ])("are verified, and what they signed: %s", async (kind, more) => {
    const content = { "\u{1f600}": 1, "\uffff": "\u2028", body: "<\u0000>" };
    const [answer, event] = (await oracle.ask({
      version: "a_Z09",
      more,
      server_name: serverName,
      answer: { server_name: serverName, valid_until_ts: now + day, "org.example.\u{10000}": "\ue000" },
      event: { ...roomEvent(), content, unsigned: { age: 1 } },
    })) as [unknown, unknown];
    const verdict = await verifyServerKeys(answer, { serverName, kind, now });
    if (verdict.status !== "valid") throw new Error(verdict.code);
    expect(await verifyServerSigned(event, serverName, "events", verdict.keys, { kind, now })).toEqual({
      status: "valid",
      code: "valid",
      keyId: "ed25519:a_Z09",
    });
  });
});
