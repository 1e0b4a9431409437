import type { Countersign, OwnSignature, SignatureAlgorithm } from "matrix-countersign";
import { openpgp } from "matrix-countersign/openpgp";
import { commands } from "vitest/browser";
import { stampAlgorithm, stampSigner } from "./stamp-algorithm.js";

/** A key outside Matrix that vouches for owners, and that a reader can make an anchor. */
export interface Voucher {
  readonly algorithm: SignatureAlgorithm;
  readonly fingerprint: string;
  /** What it signs with, on the owner's side: prepare and accept included. */
  vouchFor(own: Countersign): Promise<OwnSignature>;
}

/** A new key in a GnuPG home of its own, beside the browser; signs with the very command line that `prepare` hands out. */
export async function gnupgVoucher(): Promise<Voucher & { dispose(): Promise<void> }> {
  const key = await commands.createGnuPgKey("Example Ltd <trust@example.org>");
  return {
    algorithm: openpgp({ keys: key.publicKey }),
    fingerprint: key.fingerprint,
    async vouchFor(own) {
      const request = await own.prepare({ algorithm: "org.openpgp.signature" });
      const ready = request.commands.find(({ tool, form }) => tool === "gpg" && form === "pipe");
      return own.accept(request, await commands.runInShell(key, ready?.command ?? "false"));
    },
    dispose: () => commands.disposeGnuPgKey(key),
  };
}

/** A new key of the smallest algorithm, in the page. */
export async function stampVoucher(): Promise<Voucher & { readonly sign: (bytes: Uint8Array) => Promise<string> }> {
  const signer = await stampSigner();
  return {
    algorithm: stampAlgorithm({ hashes: true }),
    fingerprint: signer.fingerprint,
    vouchFor: (own) => own.sign(signer),
    sign: async (bytes) => String(await signer.sign(new Uint8Array(bytes))),
  };
}
