/**
 * The main job from end to end, headless: an organisation's OpenPGP key vouches for a user's Matrix master key, the user
 * publishes that, and another user verifies it.
 *
 *     npm run quickstart -- [--homeserver URL] [--json]
 */
import { parseArgs } from "node:util";
import { Countersign, type IdentityAssessment, type PublishReceipt } from "matrix-countersign";
import { openpgp } from "matrix-countersign/openpgp";
import { ConnectionError, type MatrixClient } from "matrix-js-sdk";
import { createHomeserver } from "../homeserver/server.js";
import { createIdentity, registerUser } from "../shared/matrix-user.js";
import { createOrganisation, type Organisation } from "./organisation.js";
import { createStory, type Story } from "./story.js";

const help = `npm run quickstart -- [--homeserver URL] [--json]

  --homeserver URL  any homeserver that lets one register; default: one in memory, in this process
  --json            print one line of JSON instead of the story`;

interface Outcome {
  readonly receipt: PublishReceipt;
  readonly assessment: IdentityAssessment;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { homeserver: { type: "string" }, json: { type: "boolean" }, help: { type: "boolean" } },
  });
  if (values.help) return console.log(help);
  const story = createStory(values.json === true);
  const embedded = values.homeserver === undefined ? await createHomeserver().listen() : undefined;
  const organisation = await createOrganisation();
  try {
    const outcome = await play(values.homeserver ?? embedded?.url ?? "", organisation, story);
    if (values.json) console.log(JSON.stringify(summary(outcome, organisation)));
    if (outcome.assessment.level !== "trusted") throw new Error(`the reader does not trust the owner: ${why(outcome)}`);
  } finally {
    await organisation.close();
    await embedded?.close();
  }
}

async function play(homeserver: string, organisation: Organisation, story: Story): Promise<Outcome> {
  const { fingerprint, publicKey: keys } = organisation;
  story.tell(`An organisation has an OpenPGP key in ${organisation.tool}: ${fingerprint}`);
  const suffix = Date.now().toString(36);
  const owner = await register(homeserver, `owner-${suffix}`);
  const reader = await register(homeserver, `reader-${suffix}`);
  const ownerId = owner.getSafeUserId();
  story.tell(`Two users register on ${homeserver}: ${ownerId} and ${reader.getSafeUserId()}`);

  const own = await Countersign.create(owner, { algorithms: [openpgp({ keys })] });
  const request = await own.prepare({ algorithm: "org.openpgp.signature" });
  story.tell(`The owner's master key is ed25519:${request.masterKey}`);
  story.tell(`Its exact bytes are handed out, ${request.bytes.length} of them, and a command line to sign them`);
  const signature = await own.accept(request, await organisation.sign(request));
  story.tell(`${organisation.tool} signed them; the signature is verified before anything leaves`);
  const receipt = await own.publish(signature);
  for (const { route, accepted, stored, visibleTo, error } of receipt.routes) {
    const fate = stored
      ? `stored, visible to ${visibleTo}`
      : `${accepted ? "accepted, not stored" : "refused"}: ${error?.message}`;
    story.tell(`Published by ${route}: ${fate}`);
  }
  own.close();

  const server = ownerId.slice(ownerId.indexOf(":") + 1);
  const anchors = [
    { id: "example", algorithm: "org.openpgp.signature", key: fingerprint, scope: { servers: [server] } },
  ];
  const others = await Countersign.create(reader, { algorithms: [openpgp({ keys })], anchors });
  story.tell(`The reader trusts that key to speak for everybody of ${server}`);
  for await (const assessment of others.assess([ownerId])) {
    others.close();
    for (const { keyId, status, seenIn } of assessment.reports) {
      story.tell(`The reader finds ${keyId.slice(0, 40)}… in ${seenIn?.join(" and ")}: ${status}`);
    }
    story.tell(`So for the reader ${ownerId} is: ${assessment.level}`);
    return { receipt, assessment };
  }
  throw new Error("the reader was told nothing about the owner");
}

async function register(homeserver: string, name: string): Promise<MatrixClient> {
  try {
    const user = await registerUser(homeserver, name);
    await createIdentity(user);
    return user.client;
  } catch (cause) {
    if (cause instanceof ConnectionError) throw new Error(`${homeserver} cannot be reached`, { cause });
    throw cause;
  }
}

function summary({ receipt, assessment }: Outcome, { tool }: Organisation): object {
  const [report] = assessment.reports;
  return {
    published: receipt.published,
    readBack: receipt.routes.some(({ stored }) => stored),
    status: report?.status ?? "none",
    level: assessment.level,
    routes: Object.fromEntries(receipt.routes.map(({ route, stored }) => [route, stored])),
    seenIn: report?.seenIn ?? [],
    signedWith: tool,
  };
}

function why({ assessment }: Outcome): string {
  return assessment.reasons.map(({ code, report }) => report ?? code).join(", ");
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(`quickstart failed: ${error instanceof Error ? error.message : String(error)}`);
    process.exit(1);
  },
);
