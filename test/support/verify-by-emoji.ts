import {
  CryptoEvent,
  VerificationPhase,
  type VerificationRequest,
  VerificationRequestEvent,
  VerifierEvent,
} from "matrix-js-sdk/lib/crypto-api";
import { cryptoOf, type MatrixUser } from "../../examples/shared/matrix-user.js";

/** The SDK holds requests weakly: one that nobody else holds is collected while it is waited for, and its end never comes. */
const underWay = new Set<VerificationRequest>();

/** Both users compare emoji, say that they are the same, and so verify each other. */
export async function verifyByEmoji(asker: MatrixUser, answerer: MatrixUser, roomId: string): Promise<void> {
  const asked = new Promise<VerificationRequest>((resolve) => {
    answerer.client.once(CryptoEvent.VerificationRequestReceived, resolve);
  });
  const asking = await cryptoOf(asker.client).requestVerificationDM(answerer.userId, roomId);
  underWay.add(asking);
  const answering = await asked;
  underWay.add(answering);
  await answering.accept();
  await inPhase(asking, VerificationPhase.Ready);
  const confirmed = confirm(answering);
  await asking.startVerification("m.sas.v1");
  await Promise.all([confirm(asking), confirmed]);
  await Promise.all([inPhase(asking, VerificationPhase.Done), inPhase(answering, VerificationPhase.Done)]);
  for (const request of [asking, answering]) underWay.delete(request);
}

async function confirm(request: VerificationRequest): Promise<void> {
  await inPhase(request, VerificationPhase.Started);
  const verifier = request.verifier;
  if (verifier === undefined) throw new Error("the verification has no verifier");
  verifier.on(VerifierEvent.ShowSas, (sas) => void sas.confirm());
  void verifier.getShowSasCallbacks()?.confirm();
  await verifier.verify();
}

function inPhase(request: VerificationRequest, phase: VerificationPhase): Promise<void> {
  return new Promise((resolve, reject) => {
    const check = (): void => {
      if (request.phase === VerificationPhase.Cancelled) reject(new Error("the verification was cancelled"));
      else if (request.phase < phase) return;
      else resolve();
      request.off(VerificationRequestEvent.Change, check);
    };
    request.on(VerificationRequestEvent.Change, check);
    check();
  });
}
