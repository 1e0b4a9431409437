import * as library from "openpgp";
import { describe, expect, it } from "vitest";
import { openpgp } from "../../src/algorithms/openpgp/index.js";
import { concatBytes } from "../../src/encoding/bytes.js";
import {
  type KeyKind,
  makeKey,
  makeValue,
  now,
  primaryPackets,
  revocation,
  subkeyPackets,
} from "../support/openpgp.js";
import { object } from "../support/openpgp-judge.js";

/** A library whose computations fail for a while, as where a lazily loaded part of it could not be fetched. */
function failing(times: number, error: Error) {
  let left = times;
  class Failing extends library.SignaturePacket {
    override verify(...args: Parameters<library.SignaturePacket["verify"]>): Promise<void> {
      return left-- > 0 ? Promise.reject(error) : super.verify(...args);
    }
  }
  return { load: async (): Promise<unknown> => ({ ...library, SignaturePacket: Failing }) };
}

const passing = new TypeError("Failed to fetch dynamically imported module");
const undecided = { status: "indeterminate", code: "verifier-failed" };

describe("a failure of the library that passes", () => {
  for (const kind of ["ed25519", "ed448", "p256", "rsa2048"] satisfies KeyKind[]) {
    it(`decides nothing and is forgotten: ${kind}`, async () => {
      const key = makeKey(kind);
      const input = { object, key: key.fingerprint, value: makeValue(key, object), now: now * 1000 };
      const good = openpgp({ keys: primaryPackets(key), ...failing(1, passing) });
      expect(await good.verify(input)).toMatchObject(undecided);
      expect(await good.verify(input)).toMatchObject({ code: "valid" });
      const keys = primaryPackets(key, { direct: [revocation(key, { reason: 2 })] });
      const revoked = openpgp({ keys, ...failing(2, passing) });
      expect(await revoked.verify(input)).toMatchObject(undecided);
      expect(await revoked.verify(input)).toMatchObject(undecided);
      expect(await revoked.verify(input)).toMatchObject({ code: "key-revoked" });
    });
  }

  it("is forgotten too where a subkey is judged, or the signature itself", async () => {
    const [alice, subkey] = [makeKey(), makeKey("ed448")];
    const keys = concatBytes(primaryPackets(alice), subkeyPackets(alice, subkey));
    const input = { object, key: alice.fingerprint, value: makeValue(subkey, object), now: now * 1000 };
    let calls = 0;
    class Failing extends library.SignaturePacket {
      override verify(...args: Parameters<library.SignaturePacket["verify"]>): Promise<void> {
        return ++calls === failsAt ? Promise.reject(passing) : super.verify(...args);
      }
    }
    let failsAt = 0;
    // Behind the user ID: the binding and its back-signature; then the signature, of a kind that openpgp alone computes.
    for (failsAt = 2; failsAt <= 4; failsAt++) {
      calls = 0;
      const algorithm = openpgp({ keys, load: async () => ({ ...library, SignaturePacket: Failing }) });
      expect(await algorithm.verify(input), `call ${failsAt}`).toMatchObject(undecided);
      expect(await algorithm.verify(input), `call ${failsAt}`).toMatchObject({ code: "valid" });
    }
  });
});
