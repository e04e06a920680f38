import { parseContactPage, stampsOfContact } from '../cxone';
import type { Store } from '../store';
import type { DoublesInput } from './types';

/** By contact id, how often one page shows it under each stamp, at most. */
type Sightings = ReadonlyMap<string, ReadonlyMap<string, number>>;

interface Reading {
  readonly sightings: Sightings;
  /** By contact id, how many rows of the window one answer shows at once beyond the one that is counted. */
  readonly atOnce: ReadonlyMap<string, number>;
}

/** Contacts that the source lists more than once, found among the pages of a reading as they were landed. */
export function createDoublesActivities({ store }: { readonly store: Store }) {
  async function readingOf({ windowId, attempt, by, to }: DoublesInput, round: number): Promise<Reading> {
    const end = Date.parse(to);
    const sightings = new Map<string, Map<string, number>>();
    const atOnce = new Map<string, number>();
    for (const pageId of await store.landing.pagesOf({ windowId, attempt, round, kind: 'contacts' })) {
      const { records } = await parseContactPage(await store.landing.read(pageId));
      const onPage = new Map<string, string[]>();
      for (const record of records) {
        const stamps = stampsOfContact(record);
        const stamp = by === 'start' ? stamps?.start : stamps?.update;
        if (!stamps || !stamp || (by === 'start' && Date.parse(stamp) >= end)) continue;
        onPage.set(stamps.contactId, [...(onPage.get(stamps.contactId) ?? []), stamp]);
      }
      for (const [id, shown] of onPage) {
        const known = sightings.get(id) ?? new Map<string, number>();
        sightings.set(id, known);
        for (const stamp of shown) {
          const times = shown.filter((other) => other === stamp).length;
          known.set(stamp, Math.max(known.get(stamp) ?? 0, times));
        }
        // The reading counts a contact once, and not at all when it shows beyond a window by update.
        const own = shown.filter((stamp) => Date.parse(stamp) < end).length;
        const counted = own === shown.length ? 1 : 0;
        atOnce.set(id, Math.max(atOnce.get(id) ?? 0, own - counted));
      }
    }
    return { sightings, atOnce };
  }

  return {
    /**
     * How many rows of the window a reading showed that are of a contact listed more than once. Two rows are proven by
     * one answer that shows both. Rows that no answer shows together are believed when the reading before showed the
     * same: a contact that changed while it was read has left its former place by then.
     */
    async countDoubles(input: DoublesInput): Promise<{ readonly doubles: number }> {
      const end = Date.parse(input.to);
      const now = await readingOf(input, input.round);
      const before = input.round === 0 ? undefined : await readingOf(input, input.round - 1);
      let doubles = 0;
      for (const [id, shown] of now.sightings) {
        const earlier = before?.sightings.get(id);
        const lasting = [...shown].flatMap(([stamp, times]) => {
          const both = Math.min(times, earlier?.get(stamp) ?? 0);
          return both === 0 ? [] : [{ times: both, own: Date.parse(stamp) < end }];
        });
        const own = lasting.reduce((sum, { times, own: isOwn }) => sum + (isOwn ? times : 0), 0);
        const counted = lasting.every(({ own: isOwn }) => isOwn) ? 1 : 0;
        doubles += Math.max(now.atOnce.get(id) ?? 0, own - counted, 0);
      }
      return { doubles };
    },
  };
}
