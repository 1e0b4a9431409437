/**
 * The main job from end to end, headless: an organisation's OpenPGP key vouches for a user's Matrix master key, the user
 * publishes that, another user verifies it; then the user takes it back, and the other one counts it no more.
 *
 *     npm run quickstart -- [--homeserver URL] [--json]
 */
import { parseArgs } from "node:util";
import { Countersign, type IdentityAssessment, type PublishReceipt, type WithdrawReceipt } from "matrix-countersign";
import { openpgp } from "matrix-countersign/openpgp";
import { createHomeserver } from "../homeserver/server.js";
import { createOrganisation, type Organisation } from "./organisation.js";
import { createStory, type Story } from "./story.js";
import { openRoom, register } from "./users.js";
import { wordsOfFinding, wordsOfPublishing, wordsOfWithdrawing } from "./words.js";

const help = `npm run quickstart -- [--homeserver URL] [--json]

  --homeserver URL  any homeserver that lets one register; default: one in memory, in this process
  --json            print one line of JSON instead of the story`;

interface Outcome {
  readonly receipt: PublishReceipt;
  readonly assessment: IdentityAssessment;
  readonly withdrawal: WithdrawReceipt;
  readonly afterwards: IdentityAssessment;
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
    const { assessment, afterwards } = outcome;
    if (assessment.level !== "trusted") throw new Error(`the reader does not trust the owner: ${why(assessment)}`);
    if (afterwards.level === "trusted") throw new Error(`the reader still counts it: ${why(afterwards)}`);
  } finally {
    await organisation.close();
    await embedded?.close();
  }
}

async function play(homeserver: string, organisation: Organisation, story: Story): Promise<Outcome> {
  const { fingerprint, publicKey: keys, tool } = organisation;
  story.tell(`An organisation has an OpenPGP key in ${tool}: ${fingerprint}`);
  const suffix = Date.now().toString(36);
  const owner = await register(homeserver, `owner-${suffix}`);
  const reader = await register(homeserver, `reader-${suffix}`);
  const ownerId = owner.getSafeUserId();
  story.tell(`Two users register on ${homeserver}: ${ownerId} and ${reader.getSafeUserId()}`);

  const own = await Countersign.create(owner, { algorithms: [openpgp({ keys })] });
  const request = await own.prepare({ algorithm: "org.openpgp.signature" });
  story.tell(`The owner's master key is ed25519:${request.masterKey}: ${request.bytes.length} bytes to sign`);
  const signature = await own.accept(request, await organisation.sign(request));
  story.tell(`${tool} signed them; the signature is verified before anything leaves`);
  let receipt = await own.publish(signature);
  // Where not everybody sees it, a room that the readers are in is the remedy; here one is made.
  const needsRoom = receipt.advice.some(({ code }) => code === "name-a-room");
  const rooms = needsRoom ? [await openRoom(owner, reader)] : [];
  for (const roomId of rooms) await own.prepareRoom(roomId, { apply: true });
  if (needsRoom) receipt = await own.publish(signature, { rooms });
  for (const line of wordsOfPublishing(receipt)) story.tell(line);

  const server = ownerId.slice(ownerId.indexOf(":") + 1);
  const anchors = [
    {
      id: "example",
      algorithm: "org.openpgp.signature",
      key: fingerprint,
      speaksFor: "scope" as const,
      scope: { servers: [server] },
    },
  ];
  const others = await Countersign.create(reader, { algorithms: [openpgp({ keys })], anchors, rooms });
  story.tell(`The reader trusts that key to speak for everybody of ${server}`);
  const assessment = await assess(others, ownerId);
  for (const line of wordsOfFinding(assessment)) story.tell(line);

  const withdrawal = await own.withdraw(signature.keyId, { rooms });
  for (const line of wordsOfWithdrawing(withdrawal)) story.tell(line);
  const afterwards = await assess(others, ownerId);
  story.tell(`So for the reader ${ownerId} is now: ${afterwards.level} (${why(afterwards)})`);
  own.close();
  others.close();
  return { receipt, assessment, withdrawal, afterwards };
}

async function assess(countersign: Countersign, userId: string): Promise<IdentityAssessment> {
  for await (const assessment of countersign.assess([userId], { fresh: true })) return assessment;
  throw new Error(`nothing was said about ${userId}`);
}

function summary({ receipt, assessment, withdrawal, afterwards }: Outcome, { tool }: Organisation): object {
  const [report] = assessment.reports;
  return {
    published: receipt.published,
    readBack: receipt.routes.some(({ stored }) => stored),
    visibleTo: receipt.visibleTo,
    status: report?.status ?? "none",
    level: assessment.level,
    routes: Object.fromEntries(receipt.routes.map(({ route, stored }) => [route, stored])),
    seenIn: report?.seenIn ?? [],
    withdrawn: withdrawal.withdrawn,
    levelAfterwards: afterwards.level,
    signedWith: tool,
  };
}

function why({ reasons }: IdentityAssessment): string {
  return reasons.map(({ code, report }) => report ?? code).join(", ");
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(`quickstart failed: ${error instanceof Error ? error.message : String(error)}`);
    process.exit(1);
  },
);
