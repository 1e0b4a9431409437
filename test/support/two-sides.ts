import {
  Countersign,
  type CountersignOptions,
  type FetchOptions,
  type IdentityAssessment,
  type MatrixClientLike,
} from "matrix-countersign";
import { memoryStore } from "matrix-countersign/store";
import { onTestFinished } from "vitest";
import type { Voucher } from "./voucher.js";

/** Somebody with a Matrix client, as far as it matters here. */
interface ClientOwner {
  readonly client: MatrixClientLike;
}

/** The owner's side: knows the voucher's algorithm, trusts nobody. Closed with the test. */
export async function ownSide(
  { client }: ClientOwner,
  { algorithm }: Voucher,
  options: CountersignOptions = {},
): Promise<Countersign> {
  return closedWithTest(
    await Countersign.create(client, { algorithms: [algorithm], store: memoryStore(), outbox: "manual", ...options }),
  );
}

/** The reader's side: trusts the voucher's key to speak for the users of one server. Closed with the test. */
export function readingSide(
  user: ClientOwner,
  voucher: Voucher,
  server: string,
  options: CountersignOptions = {},
): Promise<Countersign> {
  const { fingerprint: key, algorithm } = voucher;
  const anchors = [
    { id: "company", algorithm: algorithm.id, key, speaksFor: "scope" as const, scope: { servers: [server] } },
  ];
  return ownSide(user, voucher, { anchors, ...options });
}

/** What the reader makes of one user. */
export async function verdictOn(
  reading: Countersign,
  userId: string,
  options: FetchOptions = {},
): Promise<IdentityAssessment> {
  for await (const assessment of reading.assess([userId], options)) return assessment;
  throw new Error("no assessment");
}

/** What stands behind the first colon of a user ID. */
export function serverOf({ userId }: { readonly userId: string }): string {
  return userId.slice(userId.indexOf(":") + 1);
}

function closedWithTest(countersign: Countersign): Countersign {
  onTestFinished(() => countersign.close());
  return countersign;
}
