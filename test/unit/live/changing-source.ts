import type { SeekSlice } from '../../../workflows/window/keyset-paging';

/** A contact as CXone holds it: what shows of it now. Times in epoch ms. */
export interface ModelContact {
  readonly id: number;
  readonly start: number;
  /** `lastUpdateTime`. */
  stamp: number;
  /** Counts its changes, so that two states with one stamp are distinguished. */
  version: number;
  /** The present state showed no later than the overlap after its stamp. */
  inTime: boolean;
  readonly traits: Readonly<Record<string, unknown>>;
}

export interface SourceOptions {
  /** A change that shows up to this much later than its stamp is in time; a later one need not be found. In ms. */
  readonly overlapMs: number;
  /** How far `updatedSince` reaches back, whatever is asked. In ms. */
  readonly lookBackMs: number;
  /** How long a contact changes after its start. In ms. */
  readonly changesForMs: number;
  /** Rows of a page at most, whatever is asked. */
  readonly cap: number;
  readonly luck: () => number;
}

/** CXone's contacts, changing: since when, in the order of the updates, equal ones in an order of the moment (§2.9). */
export class ChangingSource {
  readonly contacts = new Map<number, ModelContact>();
  #ids = 0;

  constructor(
    public now: number,
    readonly options: SourceOptions,
  ) {}

  /** A contact shows that started and was stamped a while ago. */
  insert(startAgoMs: number, stampAgoMs: number): void {
    const id = (this.#ids += 1);
    const stamp = this.now - stampAgoMs;
    const start = Math.min(stamp, this.now - startAgoMs);
    const inTime = stampAgoMs <= this.options.overlapMs;
    const mediaTypeId = [1, 3, 4, 5, 6, 7, 8, 9][id % 8];
    const traits = { mediaTypeId, isLogged: id % 3 === 0, analyticsProcessed: id % 5 === 0 };
    const flags = { isRefused: id % 7 === 0, isTakeover: id % 11 === 0 };
    this.contacts.set(id, { id, start, stamp, version: 0, inTime, traits: { ...traits, ...flags } });
  }

  /** Contacts change, all under one stamp; changes of one contact show in their order. */
  touch(picks: readonly number[], stampAgoMs: number): void {
    const all = [...this.contacts.values()];
    for (const pick of new Set(picks.map((one) => one % Math.max(1, all.length)))) {
      const contact = all[pick];
      if (contact === undefined) continue;
      const stamp = this.now - stampAgoMs;
      if (stamp < contact.stamp || stamp > contact.start + this.options.changesForMs) continue;
      contact.stamp = stamp;
      contact.version += 1;
      contact.inTime = stampAgoMs <= this.options.overlapMs;
    }
  }

  remove(pick: number): void {
    const id = [...this.contacts.keys()][pick % Math.max(1, this.contacts.size)];
    if (id !== undefined) this.contacts.delete(id);
  }

  /** A page by update, and the rows on it as they are at this moment. */
  ask(slice: SeekSlice) {
    const all = this.#since(Date.parse(slice.since))
      .filter(({ traits }) =>
        Object.entries(slice.part?.filter ?? {}).every(([name, value]) => traits[name] === value),
      )
      .map((contact) => ({ contact: { ...contact }, luck: this.options.luck() }))
      .sort((a, b) => a.contact.stamp - b.contact.stamp || a.luck - b.luck)
      .map(({ contact }) => contact);
    const rows = all.slice(slice.skip, slice.skip + Math.min(slice.top, this.options.cap));
    const last = rows.at(-1);
    return {
      rows,
      page: {
        records: rows.length,
        totalRecords: rows.length > 0 ? all.length : null,
        lastUpdate: last === undefined ? null : new Date(last.stamp).toISOString(),
      },
    };
  }

  count(since: number): number {
    return this.#since(since).length;
  }

  #since(since: number): ModelContact[] {
    const from = Math.max(since, this.now - this.options.lookBackMs);
    return [...this.contacts.values()].filter(({ stamp }) => stamp >= from);
  }
}
