/** `npm run contract`: measures a running homeserver and prints its row of the table of servers. */
import { parseArgs } from "node:util";
import { formatRow } from "./format.js";
import { measure } from "./probes.js";

const HELP = `Usage: npm run contract -- --homeserver URL [--registration-token TOKEN] [--json]

Measures what a running Matrix homeserver does with external signatures (MSC2961) and prints its row as Markdown.
Anybody must be able to register there: about thirty users of random names are made, and stay. Where the server
limits the rate of requests, that is obeyed, and takes its time.

  --homeserver URL             base URL of the client API, e.g. http://localhost:8008
  --registration-token TOKEN   for servers that register nobody without one
  --json                       print the row as one line of JSON
  --help                       print this
`;

async function main(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      homeserver: { type: "string" },
      "registration-token": { type: "string" },
      json: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return;
  }
  if (values.homeserver === undefined) throw new Error(`--homeserver is missing\n\n${HELP}`);
  const url = baseUrl(values.homeserver);
  const registrationToken = values["registration-token"];
  const target = registrationToken === undefined ? { url } : { url, registrationToken };
  const row = await measure(target, (part) => process.stderr.write(`measuring: ${part}\n`));
  process.stdout.write(`${values.json ? JSON.stringify(row) : formatRow(row)}\n`);
}

function baseUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol))
    throw new Error(`--homeserver: expected a URL, got ${text}`);
  return `${url.origin}${url.pathname.replace(/\/+$/, "")}`;
}

/** The reason, with that of a failed request, which `fetch` hides in the cause. */
function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`contract: ${reason(error)}\n`);
  process.exitCode = 1;
});
