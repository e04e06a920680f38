import { failureOf, type FakeCxone, paths, startFake } from '../fake-cxone';

let fake: FakeCxone;
beforeEach(async () => {
  fake = await startFake();
});
afterEach(() => fake.close());

const request = { since: new Date('2026-01-01T00:00:00.500Z'), filter: {}, skip: 0, top: 10 };
const row = (contactId: number, lastUpdateTime?: string) => ({
  contactId,
  contactStartDate: '2025-12-31T00:00:00Z',
  ...(lastUpdateTime === undefined ? {} : { lastUpdateTime }),
});
const answer = (...completedContacts: object[]) => ({
  body: { totalRecords: 99, lastPollTime: '2026-01-02T00:00:00Z', completedContacts },
});

describe('a page by update', () => {
  it('asks since a moment with a literal Z, in the order of the updates, with the filters', async () => {
    fake.on(paths.contacts, answer());
    await fake.client().updatedPage({ ...request, filter: { skillId: 7, isLogged: false } });
    expect(Object.fromEntries(fake.seen(paths.contacts)[0]?.query ?? [])).toEqual({
      updatedSince: '2026-01-01T00:00:00.500Z',
      skillId: '7',
      isLogged: 'false',
      tags: 'true',
      orderBy: 'lastUpdateTime asc',
      skip: '0',
      top: '10',
    });
  });

  it('asks a millisecond earlier where updatedSince means "after"', async () => {
    fake.on(paths.contacts, answer());
    await fake.client({ updatedSinceInclusive: false }).updatedPage(request);
    const [seen] = fake.seen(paths.contacts);
    expect(seen?.query.get('updatedSince')).toBe('2026-01-01T00:00:00.499Z');
  });

  it('gives the last stamp in milliseconds, whatever the last row says', async () => {
    const rows = [row(1, '2026-01-01T00:00:01Z'), row(2, '2026-01-01T00:00:02.5Z'), row(3), row(4, 'soon')];
    fake.on(paths.contacts, answer(...rows));
    expect(await fake.client().updatedPage(request)).toMatchObject({
      lastUpdate: '2026-01-01T00:00:02.500Z',
      totalRecords: 99,
      lastPollTime: '2026-01-02T00:00:00Z',
    });
  });

  it.each([
    ['is older than any rounding makes it', [row(1, '2025-12-31T00:00:00.499Z')]],
    ['is out of order', [row(1, '2026-01-01T00:00:05Z'), row(2, '2026-01-01T00:00:04Z')]],
  ])('is refused when it %s: going on from it would leave rows out', async (_what, rows) => {
    fake.on(paths.contacts, answer(...rows));
    const error = await failureOf(fake.client().updatedPage(request));
    expect(error).toMatchObject({ code: 'IncompleteAnswer', kind: 'retryable' });
  });

  it('may hold rows that are a little older than asked, where the source rounds updatedSince down', async () => {
    const rows = [row(1, '2026-01-01T00:00:00Z'), row(2, '2026-01-01T00:00:00.499999Z')];
    fake.on(paths.contacts, answer(...rows));
    expect(await fake.client().updatedPage(request)).toMatchObject({
      lastUpdate: '2026-01-01T00:00:00.499Z',
      hasOlder: true,
    });
  });

  it('takes the clock of an answer without rows from its header', async () => {
    fake.on(paths.contacts, { status: 204, headers: { Date: 'Fri, 02 Jan 2026 03:04:05 GMT' } });
    expect(await fake.client().updatedPage(request)).toMatchObject({
      records: [],
      lastUpdate: null,
      lastPollTime: null,
      clock: new Date('2026-01-02T03:04:05.000Z'),
    });
  });
});
