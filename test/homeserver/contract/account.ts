import { randomBytes } from "node:crypto";
import { type Answer, asObject, expectOk, type Homeserver, type JsonObject, request } from "./http.js";

/** A fresh user, logged in on one device. */
export interface Account {
  readonly server: Homeserver;
  readonly userId: string;
  readonly deviceId: string;
  readonly token: string;
  readonly password: string;
}

/** Registers a user of random name; the server must let anybody register, with a registration token at most. */
export async function register(server: Homeserver): Promise<Account> {
  const username = `contract-${randomBytes(6).toString("hex")}`;
  const password = `aA1-${randomBytes(12).toString("hex")}`;
  const body = { username, password, initial_device_display_name: "contract" };
  const answer = await interactively(server, "/_matrix/client/v3/register", body, undefined, (stage) => {
    if (stage === "m.login.dummy") return {};
    if (stage === "m.login.registration_token" && server.registrationToken !== undefined) {
      return { token: server.registrationToken };
    }
    return undefined;
  });
  const { user_id: userId, device_id: deviceId, access_token: token } = expectOk(answer, "registration").body;
  if (typeof userId !== "string" || typeof deviceId !== "string" || typeof token !== "string") {
    throw new Error("registration: the server logged nobody in");
  }
  return { server, userId, deviceId, token, password };
}

/** One request as this user. */
export function as(account: Account, method: string, path: string, body?: JsonObject): Promise<Answer> {
  return request(account.server, method, path, { token: account.token, ...(body === undefined ? {} : { body }) });
}

/** A POST as this user that the server may want confirmed by password. */
export function asWithPassword(account: Account, path: string, body: JsonObject): Promise<Answer> {
  return interactively(account.server, path, body, account.token, (stage) => {
    if (stage === "m.login.dummy") return {};
    if (stage !== "m.login.password") return undefined;
    return { identifier: { type: "m.id.user", user: account.userId }, password: account.password };
  });
}

/** User-interactive authentication: repeats the request with one stage after the other of a flow that can be answered. */
async function interactively(
  server: Homeserver,
  path: string,
  body: JsonObject,
  token: string | undefined,
  answerStage: (stage: string) => JsonObject | undefined,
): Promise<Answer> {
  const credentials = token === undefined ? {} : { token };
  let answer = await request(server, "POST", path, { ...credentials, body });
  for (let step = 0; step < 5 && answer.status === 401 && typeof answer.body.session === "string"; step++) {
    const done = Array.isArray(answer.body.completed) ? answer.body.completed : [];
    const flows = Array.isArray(answer.body.flows) ? answer.body.flows : [];
    const open = flows
      .map((flow) => asObject(flow)?.stages)
      .filter((stages) => Array.isArray(stages))
      .map((stages) => stages.filter((stage) => !done.includes(stage)).map(String));
    const flow = open.find((stages) => stages.every((stage) => answerStage(stage) !== undefined));
    const stage = flow?.[0];
    if (stage === undefined)
      throw new Error(`${path}: the server wants ${JSON.stringify(open)}, which nobody here can answer`);
    const auth = { type: stage, session: answer.body.session, ...answerStage(stage) };
    answer = await request(server, "POST", path, { ...credentials, body: { ...body, auth } });
  }
  return answer;
}
