import { createDoublesActivities } from '../../../activities/doubles';
import { fakeStore, memoryLanding, run } from './fakes';

const to = '2026-11-02T00:00:00.000Z';
const row = (contactId: number, second: number, update = second) => ({
  contactId,
  contactStartDate: new Date(Date.UTC(2026, 10, 1, 0, 0, second)).toISOString(),
  lastUpdateTime: new Date(Date.UTC(2026, 10, 1, 0, 0, update)).toISOString(),
});
/** After the window's end. */
const later = 100_000;

/** Counts doubles over rounds of landed pages. */
async function doublesIn(
  by: 'start' | 'update',
  ...rounds: readonly (readonly object[])[][]
): Promise<number> {
  const landing = memoryLanding();
  for (const [round, pages] of rounds.entries()) {
    for (const [slice, completedContacts] of pages.entries()) {
      await landing.land({
        ...{ tenant: 'acme', windowId: '7', attempt: 1, round, kind: 'contacts', slice: String(slice) },
        ...{ body: Buffer.from(JSON.stringify({ completedContacts })), records: 1, meta: {} },
      });
    }
  }
  const activities = createDoublesActivities({ store: fakeStore({ landing }) });
  const reading = { tenant: 'acme', windowId: '7', attempt: 1, round: rounds.length - 1 };
  return (await run(activities, 'countDoubles', { ...reading, by, to })).doubles;
}

describe('countDoubles', () => {
  it.each(['start', 'update'] as const)('believes two rows that one answer shows (by %s)', async (by) => {
    expect(await doublesIn(by, [[row(1, 1), row(2, 2), row(2, 2)], [row(3, 3)]])).toBe(1);
    expect(await doublesIn(by, [[row(2, 2), row(2, 2), row(2, 5)]])).toBe(2);
  });

  it('does not believe a row twice that two pages show: it may have slid over their edge', async () => {
    const pages = [
      [row(1, 1), row(2, 2)],
      [row(2, 2), row(3, 3)],
    ];
    expect(await doublesIn('start', pages, pages)).toBe(0);
    expect(await doublesIn('update', pages, pages)).toBe(0);
  });

  it('believes rows under two stamps on two pages once the reading before showed both', async () => {
    const pages = [[row(1, 1), row(2, 2)], [row(2, 9)]];
    expect(await doublesIn('update', pages)).toBe(0);
    expect(await doublesIn('update', pages, pages)).toBe(1);
    expect(await doublesIn('start', pages, pages)).toBe(1);
  });

  it('does not take a contact for double that changed while it was read', async () => {
    const moved = [[row(2, 2)], [row(2, 2, 9)]];
    expect(await doublesIn('update', moved, [[row(1, 1)], [row(2, 2, 9)]])).toBe(0);
    expect(await doublesIn('update', moved, [[row(2, 2, 9)], [row(2, 2, 20)]])).toBe(0);
  });

  it('counts the row of the window where its contact is listed behind the window, too', async () => {
    const pages = [[row(2, 2)], [row(2, 2, later)]];
    expect(await doublesIn('update', pages)).toBe(0);
    expect(await doublesIn('update', pages, pages)).toBe(1);
    expect(await doublesIn('update', [[row(2, 2), row(2, 2, later)]])).toBe(1);
  });

  it('leaves out records without id or stamp', async () => {
    expect(await doublesIn('start', [[{ contactId: 1 }, { contactId: 1 }, {}, {}]])).toBe(0);
  });
});
