import { incrementOf } from '../../../activities/live/increment';
import { isSought, newSeek, seekArrived, takeSeek } from '../../../workflows/window/keyset-paging';
import type { ChangingSource, ModelContact } from './changing-source';

export interface LiveSettings {
  readonly overlapMinutes: number;
  readonly lookBackDays: number;
  readonly rereadDays: number;
  readonly pageSize: number;
}

/** What happens between two requests; `crash` ends the tick there. */
export type Between = () => 'crash' | undefined;

const roundsAtMost = 4;
const stepsAtMost = 5_000;

/** The live sync with a map as its store: the real arithmetic, in the order in which the workflows use it. */
export class LiveSync {
  readonly stored = new Map<number, Pick<ModelContact, 'stamp' | 'version'>>();
  /** Gaps whose backfill is under way. */
  readonly gaps: { readonly from: number; readonly to: number }[] = [];

  constructor(
    readonly source: ChangingSource,
    readonly settings: LiveSettings,
    /** The watermark. */
    public mark: number,
  ) {}

  /** Where the next reading of changes begins. */
  nextFrom(): number {
    return this.mark - this.settings.overlapMinutes * 60_000;
  }

  /** One tick, as `incrementalSync` does it. Answers whether it came to its end. */
  tick(between: Between): boolean {
    const facts = { ...this.settings, mark: new Date(this.mark), clock: new Date(this.source.now) };
    const { from, to, gap } = incrementOf(facts);
    if (gap) {
      this.gaps.push({ from: Date.parse(gap.from), to: Date.parse(gap.to) });
      this.mark = Math.max(this.mark, Date.parse(from));
    } else {
      if (between() === 'crash') return false;
      const overlapMs = this.settings.overlapMinutes * 60_000;
      if (Date.parse(to) - this.mark <= overlapMs && this.#nothingNew(from)) {
        this.#moveOver(from, to);
        return true;
      }
    }
    for (let round = 0; round < roundsAtMost; round += 1) {
      const read = this.#round(from, to, between);
      if (read === null) return false;
      const expected = Math.max(0, this.source.count(Date.parse(from)) - this.source.count(Date.parse(to)));
      if (read < expected) continue;
      this.#moveOver(from, to);
      return true;
    }
    return false;
  }

  /** The backfill of the oldest gap comes to its end: it reads by start, whatever shows now. */
  closeGap(): void {
    const gap = this.gaps.shift();
    if (!gap) return;
    for (const contact of this.source.contacts.values()) {
      if (contact.start >= gap.from && contact.start < gap.to) this.#store(contact);
    }
  }

  /** As the store moves it: not over what lies before the window, and never back. */
  #moveOver(from: string, to: string): void {
    if (this.mark >= Date.parse(from)) this.mark = Math.max(this.mark, Date.parse(to));
  }

  /** As `closeIfQuiet` looks: one request, believed only where no source would have cut its answer short. */
  #nothingNew(from: string): boolean {
    const { rows, page } = this.source.ask({ since: from, skip: 0, top: 50 });
    if (rows.length >= 25 || (page.totalRecords ?? rows.length) !== rows.length) return false;
    return rows.every(({ id, stamp, version }) => {
      const held = this.stored.get(id);
      return held !== undefined && (held.stamp > stamp || (held.stamp === stamp && held.version === version));
    });
  }

  /** Distinct contacts of a round; null when it crashed. */
  #round(from: string, to: string, between: Between): number | null {
    const seen = new Set<number>();
    let state = newSeek(this.settings.pageSize, from, to, { readsOn: true, provesEnd: true });
    for (let step = 0; step < stepsAtMost; step += 1) {
      const { slice, pass } = takeSeek(state);
      if (slice === null) {
        if (!isSought(pass)) throw new Error('nothing to ask for, though not all is read');
        return seen.size;
      }
      const { rows, page } = this.source.ask(slice);
      state = seekArrived(pass, slice, page);
      for (const row of rows) {
        seen.add(row.id);
        this.#store(row);
      }
      if (between() === 'crash') return null;
    }
    throw new Error('the reading does not end');
  }

  /** Newest wins; of two states with one stamp the one that came last. */
  #store({ id, stamp, version }: ModelContact): void {
    const present = this.stored.get(id);
    if (present === undefined || stamp >= present.stamp) this.stored.set(id, { stamp, version });
  }
}
