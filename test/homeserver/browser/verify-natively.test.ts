import { expect, it, onTestFinished, vi } from "vitest";
import { cryptoOf, logInAgain, type MatrixUser } from "../../../examples/shared/matrix-user.js";
import { hasVerified, knowsIdentityOf, shareEncryptedRoom } from "../../support/encrypted-room.js";
import { userOn } from "../../support/federated-users.js";
import { ownSide, readingSide, serverOf, verdictOn } from "../../support/two-sides.js";
import { stampVoucher } from "../../support/voucher.js";

const patienceMs = 20_000;

it.each(["1.163.2", "1.152.1"] as const)(
  "on a real Synapse %s the second device of a reader who trusts the company's key alone sees the owner and the owner's device as verified",
  async (version) => {
    const [owner, reader] = [await syncingOn(version, "owner"), await syncingOn(version, "reader")];
    const company = await stampVoucher();
    const own = await ownSide(owner, company);
    await own.publish(await company.vouchFor(own));
    const second = await secondDevice(reader);
    await shareEncryptedRoom(owner, reader);
    for (const device of [reader, second]) {
      await knowsIdentityOf(device, owner);
      expect(await verdictsOf(device, owner)).toEqual({ user: false, device: false });
    }

    const reading = await readingSide(reader, company, serverOf(owner));
    expect(await reading.verifyNatively(owner.userId)).toMatchObject({
      verified: true,
      conferral: { userId: owner.userId },
    });
    for (const device of [second, reader]) {
      await hasVerified(device, owner);
      await vi.waitFor(async () => {
        expect(await verdictsOf(device, owner)).toEqual({ user: true, device: true });
      }, patienceMs);
    }
    // Signed once, it hangs there: not even the same key uploaded without it takes it away.
    const { masterKey = "" } = await verdictOn(reading, owner.userId);
    const key = { user_id: owner.userId, usage: ["master"], keys: { [`ed25519:${masterKey}`]: masterKey } };
    const bare = { ...key, signatures: { [reader.userId]: {} } };
    expect(await reader.client.uploadKeySignatures({ [owner.userId]: { [masterKey]: bare } })).toEqual({
      failures: {},
    });
    expect(await reading.withdrawNatively(owner.userId)).toMatchObject({ withdrawn: false });
  },
);

it("Synapse keeps a signature on a user of another server, and shows it once a room is shared", async () => {
  const [owner, reader] = [await syncingOn("1.163.2", "owner"), await syncingOn("1.152.1", "reader")];
  const company = await stampVoucher();
  const own = await ownSide(owner, company);
  await own.publish(await company.vouchFor(own));
  const reading = await readingSide(reader, company, serverOf(owner));
  await expect(reading.verifyNatively(owner.userId)).rejects.toMatchObject({ code: "ERR_NATIVE_FAILED" });
  expect(await reading.withdrawNatively(owner.userId)).toMatchObject({ withdrawn: false });
  await shareEncryptedRoom(reader, owner);
  await hasVerified(reader, owner);
});

async function syncingOn(version: "1.163.2" | "1.152.1", name: string): Promise<MatrixUser> {
  return syncing(await userOn(version, name));
}

async function syncing(user: MatrixUser): Promise<MatrixUser> {
  await user.client.startClient();
  onTestFinished(() => user.client.stopClient());
  return user;
}

/** A further device that its user has verified: it has the private keys of the first. */
async function secondDevice(first: MatrixUser): Promise<MatrixUser> {
  const second = await logInAgain(first.client.getHomeserverUrl(), first);
  const secrets = await cryptoOf(first.client).exportSecretsBundle?.();
  if (secrets === undefined) throw new Error("the first device exports no secrets");
  await cryptoOf(second.client).importSecretsBundle?.(secrets);
  return syncing(second);
}

/** What Element would show on a device about the owner and the device that they have. */
async function verdictsOf(on: MatrixUser, owner: MatrixUser): Promise<{ user: boolean; device: boolean }> {
  const crypto = cryptoOf(on.client);
  const device = await crypto.getDeviceVerificationStatus(owner.userId, owner.client.getDeviceId() ?? "");
  return {
    user: (await crypto.getUserVerificationStatus(owner.userId)).isVerified(),
    device: device?.isVerified() ?? false,
  };
}
