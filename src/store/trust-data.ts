import type { Conferral, ConferralMemory } from "../model/conferral.js";
import type { KeyHistory, KeySighting, UserHistory } from "../model/history/key-history.js";
import type { TrustMemory, TrustRecord } from "../model/trust-record.js";
import type { Records } from "./memory-records.js";
import { checkRecord, conferralKind, type NamedTrust, trustKind } from "./record-kind.js";

/** What trust stands on, wherever it is kept: checked on its way in, and asked of an open store alone. */
export abstract class TrustData implements ConferralMemory, TrustMemory, KeyHistory {
  protected abstract readonly conferralRecords: Records<Conferral>;
  protected abstract readonly trustRecords: Records<NamedTrust>;
  protected abstract readonly history: KeyHistory;

  /** @throws CountersignError `ERR_CLOSED` */
  protected abstract assertOpen(): void;

  async conferrals(): Promise<Conferral[]> {
    this.assertOpen();
    return this.conferralRecords.all();
  }

  async putConferral(conferral: Conferral): Promise<void> {
    this.assertOpen();
    await this.conferralRecords.put(checkRecord(conferral, conferralKind));
  }

  async deleteConferral(userId: string): Promise<void> {
    this.assertOpen();
    await this.conferralRecords.delete(userId);
  }

  async getTrust(name: string): Promise<TrustRecord | undefined> {
    this.assertOpen();
    const named = await this.trustRecords.get(name);
    return named && nameless(named);
  }

  async putTrust(name: string, record: TrustRecord): Promise<void> {
    this.assertOpen();
    await this.trustRecords.put(checkRecord({ ...record, name }, trustKind));
  }

  async listTrust(prefix: string): Promise<Map<string, TrustRecord>> {
    this.assertOpen();
    return new Map((await this.trustRecords.all(prefix)).map((named) => [named.name, nameless(named)]));
  }

  async getPins(userIds: readonly string[]): Promise<Map<string, UserHistory>> {
    this.assertOpen();
    return this.history.getPins(userIds);
  }

  async recordKeys(sightings: readonly KeySighting[]): Promise<void> {
    this.assertOpen();
    await this.history.recordKeys(sightings);
  }

  async exportHistory(): Promise<string> {
    this.assertOpen();
    return this.history.exportHistory();
  }
}

function nameless({ name: _name, ...record }: NamedTrust): TrustRecord {
  return record;
}
