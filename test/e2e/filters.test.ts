import type { SyncWindowInput } from '../../workflows/inputs';
import { openTestEnvironment, reportOf, settledDay as day, type TestEnvironment } from './test-environment';
import { compareIds, nothingDiffers, storedContacts, trueContacts } from './truth';

let environment: TestEnvironment;
beforeAll(async () => {
  environment = await openTestEnvironment({
    simulator: { contactsPerDay: 2_000 },
    tenant: { pageSize: 250, recordings: false },
  });
  await environment.startWorker();
});
afterAll(() => environment?.close());
beforeEach(async () => {
  await environment.query('truncate cxone.contact');
  environment.simulator.journal.clear();
});

const window = { from: Date.parse(day.from), to: Date.parse(day.to) };

/** Syncs the day under a filter and compares what is stored with what the simulator says of the same filter. */
async function syncFiltered(filter: Pick<SyncWindowInput, 'skillIds' | 'campaignIds' | 'mediaTypeIds'>) {
  const report = reportOf(await environment.sync({ ...day, ...filter }));
  const lists = Object.entries(filter).map(([name, ids]) => [name, ids.join(',')]);
  const truth = await trueContacts(environment, day, Object.fromEntries(lists) as Record<string, string>);
  const stored = await storedContacts(environment, day);
  expect(environment.simulator.truth({ ...window, ...filter }).contacts).toBe(truth.size);
  expect(compareIds(truth.keys(), stored.keys())).toEqual(nothingDiffers);
  expect(report).toMatchObject({
    expected: truth.size,
    fetched: truth.size,
    inserted: truth.size,
    updated: 0,
  });
  return truth;
}

describe('a window that is filtered', () => {
  it('by several skills holds the contacts of each of them, once', async () => {
    const truth = await syncFiltered({ skillIds: [4_501, 4_503, 4_511] });
    expect(new Set([...truth.values()].map((contact) => contact['skillId']))).toEqual(
      new Set([4501, 4503, 4511]),
    );
    const skills = new Set(
      environment.simulator.journal.entries({ family: 'contacts' }).map(({ query }) => query['skillId']),
    );
    expect(skills).toEqual(new Set(['4501', '4503', '4511']));
  });

  it('by skill, campaign and media type holds what satisfies all three', async () => {
    const truth = await syncFiltered({
      skillIds: [4_501, 4_502, 4_511],
      campaignIds: [7_101, 7_106],
      mediaTypeIds: [3, 4],
    });
    const skills = new Set([...truth.values()].map((contact) => contact['skillId']));
    // The appointments' skill belongs to another campaign.
    expect(skills).toEqual(new Set([4501, 4511]));
  });

  it('by a skill that no contact has is complete and empty', async () => {
    const truth = await syncFiltered({ skillIds: [999_999] });
    expect(truth.size).toBe(0);
  });

  it('has a line of its own in the ledger, and an id that names the filter', async () => {
    const handle = await environment.start({ ...day, mediaTypeIds: [7], campaignIds: [7_105] });
    expect(handle.workflowId).toBe(
      'sync-window:acme:2025-03-10T00:00:00Z/2025-03-11T00:00:00Z:campaigns=7105;media=7',
    );
    await handle.result();
    const lines = await environment.query(
      `select campaign_ids, media_type_ids, status from cxone.sync_window where media_type_ids = '{7}'`,
    );
    expect(lines).toEqual([{ campaign_ids: ['7105'], media_type_ids: ['7'], status: 'complete' }]);
  });

  it('marks nothing absent that only lies outside the filter', async () => {
    reportOf(await environment.sync(day));
    const report = reportOf(await environment.sync({ ...day, skillIds: [4_501] }));
    expect(report.absent).toBe(0);
    expect((await storedContacts(environment, day)).size).toBe(2_000);
  });
});
