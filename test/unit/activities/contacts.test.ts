// One file beyond 400 lines: all tests are about one family of activities and share the doubles of its environment.
import fc from 'fast-check';
import { toBatch } from '../../../activities/batch';
import { createContactActivities } from '../../../activities/contacts';
import { createPageMemory } from '../../../activities/page-memory';
import type { FetchPageInput } from '../../../activities/types';
import { type ContactPage, type ContactPageRequest, CxoneError, readContact } from '../../../cxone';
import type { Batch } from '../../../store';
import { acme, fakeStore, memoryLanding, run } from './fakes';

const input: FetchPageInput = {
  tenant: 'acme',
  windowId: '7',
  attempt: 2,
  round: 0,
  pass: 0,
  tied: false,
  by: 'start',
  filter: { skillId: 12 },
  from: '2026-11-01T00:00:00.000Z',
  to: '2026-11-02T00:00:00.000Z',
  skip: 0,
  top: 1_000,
};

const contact = (contactId: number) => ({
  contactId,
  contactStartDate: `2026-11-01T00:00:${String(contactId % 60).padStart(2, '0')}.000Z`,
  fromAddress: '+15550100',
});

function pageOf(...records: readonly unknown[]): ContactPage {
  const body = Buffer.from(JSON.stringify({ completedContacts: records, totalRecords: records.length }));
  return {
    body,
    records,
    totalRecords: records.length === 0 ? null : 40,
    lastPollTime: '2026-11-20T00:00:00.000Z',
    firstStart: records.length === 0 ? null : '2026-11-01T00:00:01.000Z',
    lastStart: records.length === 0 ? null : '2026-11-01T00:00:02.000Z',
  };
}

/** Contact activities over a CXone that answers by `answer`, and everything they leave behind. */
function environment(answer: (request: ContactPageRequest) => ContactPage, pagesKept = 8) {
  const requests: ContactPageRequest[] = [];
  const persisted: { pageId: string; tenant: string; batch: Batch; recordings: boolean }[] = [];
  const landing = memoryLanding();
  const activities = createContactActivities({
    store: fakeStore({
      landing,
      contacts: {
        async persistPage(pageId, tenant, batch, { recordings }) {
          persisted.push({ pageId, tenant, batch, recordings });
          return { inserted: batch.rows.length, updated: 0, unchanged: 0, rejected: batch.rejected.length };
        },
      },
    }),
    tenants: acme({
      async contactPage(request) {
        requests.push(request);
        return answer(request);
      },
    }),
    now: () => Date.parse('2026-11-21T00:00:00Z'),
    memory: createPageMemory(pagesKept),
  });
  return { activities, requests, landing, persisted };
}

const timeout = () => new CxoneError('RequestTimeout', 'CXone did not answer in time.');

describe('fetchContactPage', () => {
  it('asks for the slice, lands the answer as received, and returns ids, counts and stamps only', async () => {
    const { activities, requests, landing } = environment(() => pageOf(contact(1), contact(2)));
    const fetched = await run(activities, 'fetchContactPage', input);
    expect(requests).toEqual([
      {
        ...{
          from: new Date(input.from),
          to: new Date(input.to),
          filter: { skillId: 12 },
          skip: 0,
          top: 1_000,
        },
        // A run that was begun by an earlier release keeps its behaviour.
        endDate: new Date('2026-11-01T23:59:59.999Z'),
      },
    ]);
    expect(fetched).toEqual({
      pageId: '1',
      records: 2,
      top: 1_000,
      totalRecords: 40,
      lastPollTime: '2026-11-20T00:00:00.000Z',
      firstStart: '2026-11-01T00:00:01.000Z',
      lastStart: '2026-11-01T00:00:02.000Z',
    });
    expect(landing.pages).toMatchObject([
      { tenant: 'acme', windowId: '7', attempt: 2, kind: 'contacts', records: 2 },
    ]);
    expect(landing.pages[0]?.body.toString()).toContain('+15550100');
    expect(JSON.stringify(fetched)).not.toContain('+15550100');
  });

  it('asks up to the end itself, and says how many rows are not of the window and that a page follows', async () => {
    const late = { ...contact(3), contactStartDate: '2026-11-02T00:00:00.0004Z' };
    const { activities, requests } = environment(() => ({
      ...pageOf(contact(1), late, late),
      hasNext: true,
    }));
    const fetched = await run(activities, 'fetchContactPage', { ...input, upToItself: true });
    expect(requests).toMatchObject([{ to: new Date(input.to) }]);
    expect(requests[0]).not.toHaveProperty('endDate');
    expect(fetched).toMatchObject({ records: 3, beyond: 2, hasNext: true });
  });

  it('does not ask again for a slice that this attempt has landed, and answers as it did', async () => {
    const { activities, requests } = environment(() => pageOf(contact(1), contact(2)));
    const first = await run(activities, 'fetchContactPage', input);
    const again = await run(activities, 'fetchContactPage', input);
    expect(again).toEqual(first);
    expect(requests).toHaveLength(1);
  });

  it.each([
    ['another slice', { skip: 1_000 }],
    ['another pass', { pass: 1 }],
    ['a tied group', { to: '2026-11-01T00:00:00.001Z' }],
    ['a re-read', { round: 1 }],
    ['a new run of the window', { attempt: 3 }],
  ])('asks again for %s', async (_what, change) => {
    const { activities, requests } = environment(() => pageOf(contact(1)));
    await run(activities, 'fetchContactPage', input);
    await run(activities, 'fetchContactPage', { ...input, ...change });
    expect(requests).toHaveLength(2);
  });

  it('halves the page on each time-out, and returns the size that was answered', async () => {
    const { activities, requests } = environment(({ top }) => {
      if (top > 300) throw timeout();
      return pageOf(contact(1));
    });
    const fetched = await run(activities, 'fetchContactPage', input);
    expect(requests.map(({ top }) => top)).toEqual([1_000, 500, 250]);
    expect(fetched.top).toBe(250);
  });

  it('gives up with the time-out when not even 50 rows come', async () => {
    const { activities, requests, landing } = environment(() => {
      throw timeout();
    });
    await expect(run(activities, 'fetchContactPage', input)).rejects.toMatchObject({
      code: 'RequestTimeout',
    });
    expect(requests.map(({ top }) => top)).toEqual([1_000, 500, 250, 125, 62, 50]);
    expect(landing.pages).toEqual([]);
  });

  it('never asks for more than it was asked to, nor twice for one size, whatever CXone can bear', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 10_000 }),
        fc.integer({ min: 0, max: 10_000 }),
        async (top, bears) => {
          const { activities, requests } = environment((request) => {
            if (request.top > bears) throw timeout();
            return pageOf(contact(1));
          });
          const end = await run(activities, 'fetchContactPage', { ...input, top }).catch(
            (error: unknown) => error,
          );
          const tops = requests.map((request) => request.top);
          expect(tops).toEqual([...new Set(tops)].sort((a, b) => b - a));
          expect(tops[0]).toBe(top);
          expect(Math.min(...tops)).toBeGreaterThanOrEqual(Math.min(top, 50));
          if (bears >= Math.min(top, 50)) expect(end).toMatchObject({ pageId: '1' });
          else expect(end).toMatchObject({ code: 'RequestTimeout' });
        },
      ),
      { numRuns: 60 },
    );
  });

  it('does not halve for other errors: a smaller page would not help', async () => {
    const { activities, requests } = environment(() => {
      throw new CxoneError('Throttled', 'CXone asks for patience.');
    });
    await expect(run(activities, 'fetchContactPage', input)).rejects.toMatchObject({ code: 'Throttled' });
    expect(requests).toHaveLength(1);
  });

  it('lands nothing for an empty answer', async () => {
    const { activities, landing } = environment(() => pageOf());
    expect(await run(activities, 'fetchContactPage', input)).toMatchObject({
      pageId: null,
      records: 0,
      totalRecords: null,
    });
    expect(landing.pages).toEqual([]);
  });

  it('refuses a tenant it does not know, naming those it does', async () => {
    const { activities, requests } = environment(() => pageOf());
    await expect(run(activities, 'fetchContactPage', { ...input, tenant: 'acne' })).rejects.toMatchObject({
      type: 'UnknownTenant',
      nonRetryable: true,
      message: expect.stringContaining('(known: acme)') as string,
    });
    expect(requests).toEqual([]);
  });
});

describe('persistContacts', () => {
  const persist = { tenant: 'acme', pageId: '1', recordings: true };

  it('stores the page it has just fetched without reading it again', async () => {
    const { activities, landing, persisted } = environment(() => pageOf(contact(1), contact(2)));
    await run(activities, 'fetchContactPage', input);
    landing.read = async () => Promise.reject(new Error('read although it was in memory'));
    expect(await run(activities, 'persistContacts', persist)).toMatchObject({ inserted: 2 });
    expect(persisted).toMatchObject([{ pageId: '1', tenant: 'acme', recordings: true }]);
    expect(persisted[0]?.batch.rows.map((row) => row.values['contactId'])).toEqual([1, 2]);
  });

  it('stores the same from the landed page when another process fetched it', async () => {
    const { activities, persisted } = environment(() => pageOf(contact(1), contact(2)), 0);
    await run(activities, 'fetchContactPage', input);
    await run(activities, 'persistContacts', { ...persist, recordings: false });
    expect(persisted[0]?.batch.rows.map((row) => row.values['contactId'])).toEqual([1, 2]);
    expect(persisted[0]?.recordings).toBe(false);
  });

  it('keeps a record that cannot be read beside the good ones', async () => {
    const { activities, persisted } = environment(() => pageOf(contact(1), { contactId: 'x' }, contact(3)));
    await run(activities, 'fetchContactPage', input);
    expect(await run(activities, 'persistContacts', persist)).toMatchObject({ inserted: 2, rejected: 1 });
    expect(persisted[0]?.batch.rejected).toMatchObject([{ raw: '{"contactId":"x"}' }]);
  });
});

describe('persistContacts of a page that shows more than its window', () => {
  it.each([
    ['from memory', 8],
    ['from the landed page', 0],
  ])('leaves out what starts at the end or later (%s)', async (_where, kept) => {
    const starts = ['2026-11-01T23:59:59.9999Z', '2026-11-02T00:00:00Z', '2026-11-02T00:00:00.0001Z', 'soon'];
    const records = starts.map((contactStartDate, id) => ({ contactId: id + 1, contactStartDate }));
    const { activities, persisted } = environment(() => pageOf(...records), kept);
    await run(activities, 'fetchContactPage', { ...input, upToItself: true });
    await run(activities, 'persistContacts', {
      ...{ tenant: 'acme', pageId: '1', recordings: false },
      before: input.to,
    });
    expect(persisted[0]?.batch.rows.map(({ values }) => values['contactId'])).toEqual([1]);
    // What cannot be read is not left out, but rejected.
    expect(persisted[0]?.batch.rejected).toHaveLength(1);
  });
});

describe('countContacts', () => {
  const count = {
    tenant: 'acme',
    windowId: '7',
    attempt: 2,
    by: 'start' as const,
    passes: [{ skillId: 1 }, { skillId: 2 }],
    from: input.from,
    to: input.to,
  };

  it('asks once for each pass, for one row', async () => {
    const { activities, requests } = environment(({ filter }) => ({
      ...pageOf(contact(1)),
      totalRecords: filter.skillId === 1 ? 30 : 12,
    }));
    expect(await run(activities, 'countContacts', count)).toEqual({
      totals: [30, 12],
      lastPollTime: '2026-11-20T00:00:00.000Z',
    });
    expect(requests.map(({ top, skip, filter }) => ({ top, skip, filter }))).toEqual([
      { top: 1, skip: 0, filter: { skillId: 1 } },
      { top: 1, skip: 0, filter: { skillId: 2 } },
    ]);
  });

  it('takes the count at the end of the list, where rows prove it, and believes none that they disprove', async () => {
    const totals = [30, 12, 8, 4] as const;
    const { activities, requests } = environment(({ filter, skip }) => {
      const pass = (filter.skillId ?? 1) - 1;
      const rows = skip === 0 && pass === 3 ? [] : [contact(1)];
      return { ...pageOf(...rows), totalRecords: rows.length === 0 ? null : (totals[pass] ?? null) };
    });
    const passes = [1, 2, 3, 4, 5].map((skillId) => ({ skillId }));
    const read = [30, 12, 9, 0, null];
    expect(await run(activities, 'countContacts', { ...count, passes, read })).toMatchObject({
      totals: [30, 12, null, 0, null],
    });
    expect(requests.map(({ skip, top }) => [skip, top])).toEqual([
      [29, 2],
      [11, 2],
      [8, 2],
      [0, 1],
    ]);
  });

  it('names the passes whose list goes on behind what was read, where the total denies it', async () => {
    const totals = [30, 12, 9] as const;
    const { activities } = environment(({ filter }) => ({
      ...pageOf(contact(1), contact(2)),
      totalRecords: totals[(filter.skillId ?? 1) - 1] ?? null,
    }));
    const passes = [1, 2, 3].map((skillId) => ({ skillId }));
    // The second has grown by a row since it was read, as an honest total says.
    expect(await run(activities, 'countContacts', { ...count, passes, read: [30, 11, 9] })).toMatchObject({
      totals: [null, 12, null],
      goOn: [0, 2],
    });
  });

  it('goes on where a quota that was used up has interrupted it, once', async () => {
    let left = 1;
    const { activities, requests } = environment(({ filter }) => {
      left -= 1;
      if (left < 0) throw new CxoneError('QuotaExhausted', 'Used up.', { retryAfterMs: 1_000 });
      return { ...pageOf(contact(1)), totalRecords: filter.skillId === 1 ? 30 : 12 };
    });
    const ofThree = { ...count, passes: [...count.passes, { skillId: 3 }] };
    for (let attempt = 1; attempt <= 2; attempt += 1) {
      await expect(run(activities, 'countContacts', ofThree)).rejects.toMatchObject({
        code: 'QuotaExhausted',
      });
      left = 1;
    }
    expect(await run(activities, 'countContacts', ofThree)).toMatchObject({ totals: [30, 12, 12] });
    const asked = requests.map(({ filter }) => filter.skillId);
    expect(asked).toEqual([1, 2, 2, 3, 3]);
    // Counted again the next time.
    left = 3;
    await run(activities, 'countContacts', ofThree);
    expect(requests).toHaveLength(8);
  });

  it('takes an answer without a total for what it holds', async () => {
    const { activities } = environment(({ filter }) =>
      filter.skillId === 1 ? { ...pageOf(), lastPollTime: null } : { ...pageOf(), lastPollTime: null },
    );
    expect(await run(activities, 'countContacts', count)).toMatchObject({ totals: [0, 0] });
  });
});

describe('countContacts by update', () => {
  const count = {
    tenant: 'acme',
    windowId: '7',
    attempt: 2,
    by: 'update' as const,
    passes: [{}],
    from: '2026-11-01T00:00:00.000Z',
    to: '2026-11-01T01:00:00.000Z',
  };
  /** A CXone whose counts since the window's end are `later`, one after the other, and 100 since its start. */
  function counting(later: readonly number[]) {
    const asked: string[] = [];
    const answers = [...later];
    const activities = createContactActivities({
      store: fakeStore({}),
      now: () => Date.parse('2026-11-21T00:00:00Z'),
      memory: createPageMemory(1),
      tenants: acme({
        async updatedPage({ since, top }) {
          expect(top).toBe(1);
          asked.push(since.toISOString());
          const total = since.toISOString() === count.to ? (answers.shift() ?? 0) : 100;
          return { ...pageOf(contact(1)), totalRecords: total, lastUpdate: null, clock: null };
        },
      }),
    });
    return { asked, count: () => run(activities, 'countContacts', count) };
  }

  it('takes the difference of two counts, which a third one confirms', async () => {
    const source = counting([40, 40]);
    expect(await source.count()).toMatchObject({ totals: [60] });
    expect(source.asked).toEqual([count.to, count.from, count.to]);
  });

  it('counts again when a contact changed during the read, and so moved behind the window', async () => {
    const source = counting([40, 41, 41]);
    expect(await source.count()).toMatchObject({ totals: [59] });
    expect(source.asked).toHaveLength(5);
  });

  it('settles for a low count rather than counting for ever', async () => {
    const source = counting(Array.from({ length: 20 }, (_, n) => 40 + n));
    expect(await source.count()).toMatchObject({ totals: [55] });
    expect(source.asked.length).toBeLessThan(15);
  });
});

describe('toBatch', () => {
  it('splits readings into rows and rejected records, losing none', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            fc.record({ contactId: fc.nat(), contactStartDate: fc.constant('2026-11-01T00:00:00Z') }),
            fc.jsonValue(),
          ),
        ),
        (records) => {
          const readings = records.map(readContact);
          const { rows, rejected } = toBatch(readings);
          expect(rows).toHaveLength(readings.filter((reading) => reading.ok).length);
          expect(rows.length + rejected.length).toBe(records.length);
        },
      ),
    );
  });

  it('reports each sign of drift once, however many records show it', () => {
    const readings = [
      { ...contact(1), mood: 'good' },
      { ...contact(2), mood: 'bad' },
      { ...contact(3), mood: 5 },
    ].map(readContact);
    expect(toBatch(readings).drift).toEqual([
      { field: 'mood', observedType: 'string' },
      { field: 'mood', observedType: 'number' },
    ]);
  });

  it('is empty for an empty page', () => {
    expect(toBatch([])).toEqual({ rows: [], rejected: [], drift: [] });
  });
});
