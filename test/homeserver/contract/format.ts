import type { ContractRow, FirstUploadFact, UploadFact, VisibilityFacts } from "./row.js";

/** The row as Markdown: one line of the table of servers, and what the table has no column for as a list below it. */
export function formatRow(row: ContractRow): string {
  return [
    "| server | `POST /keys/signatures/upload` | who sees it in `/keys/query` | object value | profile field (MSC4133) |",
    "|---|---|---|---|---|",
    `| ${[serverCell(row), uploadCell(row), visibilityCell(row), upload(row.signatures.object), profileCell(row)].join(" | ")} |`,
    "",
    ...details(row).map((line) => `- ${line}`),
  ].join("\n");
}

function serverCell({ server }: ContractRow): string {
  return server.name === null ? "unnamed" : [server.name, server.version].filter((part) => part !== null).join(" ");
}

function uploadCell({ signatures }: ContractRow): string {
  const { string, otherBase64, pem, large, repeated, besideValid, withoutDeviceKeys } = signatures;
  return [
    `string: ${upload(string)}`,
    `\`c2ln-2\`: ${upload(otherBase64)}`,
    `PEM: ${upload(pem)}`,
    `30 kB: ${upload(large)}`,
    `on repeat: ${upload(repeated)}`,
    `beside a valid signature: ${upload(besideValid)}, the valid one ${besideValid.validStored ? "kept" : "**lost**"}`,
    `without device keys: ${upload(withoutDeviceKeys)}`,
  ].join("; ");
}

function visibilityCell({ visibility }: ContractRow): string {
  const lines = [
    ["key without signatures", visibility.bareKey],
    ["signed by a device at first", visibility.signedKey],
    ["signed by a device later", visibility.laterSignedKey],
  ] as const;
  return lines.map(([name, facts]) => `${name}: ${viewers(facts)}`).join("; ");
}

function viewers(facts: VisibilityFacts): string {
  const owner = facts.owner ? "the owner" : "not the owner";
  const restarted = facts.otherAfterRestart === null ? "" : `, ${afterRestart(facts)}`;
  if (facts.otherBeforeOwnerReads) return `${owner}, others at once${restarted}`;
  if (facts.otherAfterOwnerReads) return `${owner}, others once she reads${restarted}`;
  return facts.owner ? `the owner alone${restarted}` : "nobody";
}

function afterRestart(facts: VisibilityFacts): string {
  if (facts.otherAfterRestart) return "after a restart, too";
  return facts.otherAfterOwnerReadsAgain ? "after a restart once she reads again" : "after a restart no other";
}

function profileCell({ profile }: ContractRow): string {
  if (profile.stablePath !== "200" && profile.unstablePath !== "200") return `**no**: ${profile.stablePath}`;
  return [
    profile.stablePath === "200" ? "yes" : "unstable path alone",
    `60 kB: ${profile.size60kB}`,
    `65 KiB: ${profile.size65KiB}`,
    `10 kB beside 60 kB: ${profile.besideSize60kB}`,
    `name of 255 bytes: ${profile.name255Bytes}, of 256: ${profile.name256Bytes}`,
    `DELETE: ${profile.delete}`,
  ].join("; ");
}

function details(row: ContractRow): string[] {
  const { server, signatures, firstUpload, profile, state } = row;
  const { again } = firstUpload;
  return [
    `claims ${server.specification}; \`Server\` header ${server.exposed ? "exposed" : "not exposed"} to browsers, \`Access-Control-Allow-Origin\`: ${server.allowOrigin ?? "none"}`,
    `paths: v3 ${signatures.paths.v3}, r0 ${signatures.paths.r0}; key ID without a colon: ${upload(signatures.withoutColon)}`,
    `first upload carrying a string: ${first(firstUpload.string)}; PEM: ${first(firstUpload.pem)}; an object: ${first(firstUpload.object)}; a key ID without a colon: ${first(firstUpload.withoutColon)}`,
    `the same master key again: unchanged ${again.unchanged}; with other signatures ${again.replaced}, ` +
      `${again.asksPassword ? "after" : "without"} user-interactive authentication; new one seen by others: ${yes(again.newSeenByOther)}, old one: ${yes(again.oldSeenByOther)}`,
    `profile field: stable path ${profile.stablePath}, unstable path ${profile.unstablePath}, \`m.profile_fields\` ${profile.capability ?? "not named"}, ` +
      `\`uk.tcpip.msc4133.stable\` ${profile.stableFeature ?? "not named"}; without a token: ${yes(profile.readWithoutToken)}, \`Access-Control-Allow-Origin\`: ${profile.allowOrigin ?? "none"}; after DELETE: ${profile.readAfterDelete}`,
    `state event: by a plain member ${state.plainMember} (unlisted ${state.plainMemberUnlisted}), another's ${state.anothersByMember}, by the creator ${state.anothersByCreator}, ` +
      `30 kB ${state.large}; one request reads all: ${yes(state.oneRequestReadsAll)}; in the first /sync: ${yes(state.inFirstSync)}`,
    `\`device_lists.changed\` names the owner after an upload: ${yes(row.changeNamed)}`,
  ];
}

const yes = (fact: boolean): string => (fact ? "yes" : "no");

const upload = ({ answer, stored }: UploadFact): string =>
  stored === "same" ? `${answer}, stored` : `${answer}, ${stored}`;

function first({ answer, other, owner }: FirstUploadFact): string {
  const seen = other === "same" ? "seen by others" : `others: ${other}`;
  return owner === other ? `${answer}, ${seen}` : `${answer}, ${seen}, owner: ${owner}`;
}
