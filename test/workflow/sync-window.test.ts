// One file beyond 400 lines: a further suite would load the SDK and start all workers once more.
import { WorkflowFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { searchAttributeKeys as keys } from '../../workflows/search-attributes';
import type { Activities } from '../../activities';
import type { WindowReport } from '../../activities/types';
import { detailsOf, parked } from './parked-run';
import {
  openWindow,
  pageOf,
  quietActivities,
  openWorkflowEnvironment,
  type WorkflowEnvironment,
} from './with-activities';

const input = { tenant: 'acme', from: '2026-11-01T00:00:00Z', to: '2026-11-02T00:00:00Z' };

let environment: WorkflowEnvironment;
let runs = 0;
beforeAll(async () => {
  environment = await openWorkflowEnvironment();
});
afterAll(() => environment.close());

function start(args: unknown = input) {
  runs += 1;
  return environment.client.workflow.start('syncWindow', {
    taskQueue: 'cxone-sync',
    workflowId: `test-${runs}`,
    args: [args],
  });
}

/** Runs a window over these activities and answers what it returned or the failure it ended with. */
async function run(activities: Partial<Activities>, args: unknown = input) {
  return environment.serve({ ...quietActivities(), ...activities }, async () => {
    const handle = await start(args);
    try {
      return { handle, report: (await handle.result()) as WindowReport, failure: undefined };
    } catch (error) {
      if (!(error instanceof WorkflowFailedError) || !(error.cause instanceof ApplicationFailure))
        throw error;
      return { handle, report: undefined, failure: error.cause };
    }
  });
}

describe('syncWindow', () => {
  it('reads every page once, persists each, and closes the window as complete', async () => {
    const asked: string[] = [];
    const persisted: string[] = [];
    const { report } = await run({
      fetchContactPage: async ({ skip, top }) => {
        asked.push(`${skip}+${top}`);
        return pageOf(25, skip, top);
      },
      persistContacts: async ({ pageId }) => {
        persisted.push(pageId);
        return { inserted: 1, updated: 0, unchanged: 0, rejected: 0 };
      },
    });
    expect(report?.status).toBe('complete');
    expect(asked.sort()).toEqual(['0+10', '10+10', '20+10']);
    expect(persisted.sort()).toEqual(['0-0', '0-10', '0-20']);
  });

  it('has several pages in flight, but not more than the setting says', async () => {
    let now = 0;
    let most = 0;
    await run({
      fetchContactPage: async ({ skip, top }) => {
        now += 1;
        most = Math.max(most, now);
        await new Promise((resolve) => setTimeout(resolve, 30));
        now -= 1;
        return pageOf(200, skip, top);
      },
      countContacts: async () => ({ totals: [200], lastPollTime: null }),
      tallyRound: async () => ({ fetched: 200 }),
    });
    expect(most).toBeGreaterThan(1);
    expect(most).toBeLessThanOrEqual(openWindow.pagesInFlight);
  });

  it('reads the window again when the count moved, and marks what is gone by the last reading', async () => {
    const marked: number[] = [];
    let counts = 0;
    const { report } = await run({
      fetchContactPage: async ({ skip, top, round }) => pageOf(round === 0 ? 25 : 26, skip, top, round),
      countContacts: async () => ({ totals: [26], lastPollTime: null }),
      tallyRound: async ({ round }) => {
        counts += 1;
        return { fetched: round === 0 ? 25 : 26 };
      },
      markAbsent: async ({ round }) => {
        marked.push(round);
        return 0;
      },
      closeWindow: async ({ round, expected }) => ({
        ...(await quietActivities().closeWindow({} as never)),
        rereads: round,
        expected,
      }),
    });
    expect(counts).toBe(2);
    expect(marked).toEqual([1]);
    expect(report).toMatchObject({ rereads: 1, expected: 26 });
  });

  it('does not take a count that moved while reading for settled, even if the figures agree', async () => {
    let rounds = 0;
    await run({
      // One contact went, another came while the pages were read: 25 at the end, 25 seen, one of them gone.
      fetchContactPage: async ({ skip, top, round }) => {
        rounds = Math.max(rounds, round);
        return { ...pageOf(25, skip, top, round), totalRecords: round === 0 && skip === 10 ? 24 : 25 };
      },
    });
    expect(rounds).toBe(1);
  });

  it('fails with CountMismatch when contacts are still missing after the permitted re-reads', async () => {
    const closed: unknown[] = [];
    let rounds = 0;
    const { failure } = await run({
      fetchContactPage: async ({ skip, top, round }) => {
        rounds = Math.max(rounds, round);
        return pageOf(25, skip, top, round);
      },
      tallyRound: async () => ({ fetched: 24 }),
      closeWindow: async (close) => {
        closed.push(close);
        return quietActivities().closeWindow(close);
      },
    });
    expect(failure?.type).toBe('CountMismatch');
    expect(failure?.message).toContain('25 contacts');
    expect(rounds).toBe(openWindow.maxRereads);
    expect(closed).toMatchObject([{ status: 'failed', errorCode: 'CountMismatch' }]);
  });

  it('reads each pass of a filter, and the window is their union', async () => {
    const asked: unknown[] = [];
    const { report } = await run({
      openWindow: async () => ({ ...openWindow, passes: [{ skillId: 1 }, { skillId: 2 }] }),
      fetchContactPage: async ({ skip, top, filter }) => {
        asked.push(filter);
        return pageOf(filter.skillId === 1 ? 5 : 20, skip, top);
      },
      countContacts: async () => ({ totals: [5, 20], lastPollTime: null }),
    });
    expect(report?.status).toBe('complete');
    expect(asked).toHaveLength(3);
    expect(asked).toEqual(expect.arrayContaining([{ skillId: 1 }, { skillId: 2 }]));
  });

  it('takes a window without contacts for complete', async () => {
    const { report } = await run(quietActivities(0));
    expect(report?.status).toBe('complete');
  });

  it('refuses a wrong input at once, without trying again, and names the field', async () => {
    const { failure, handle } = await run({}, { ...input, from: '2026-11-01T00:00:00', skill: 3 });
    expect(failure).toMatchObject({ type: 'InvalidInput', nonRetryable: true });
    expect(failure?.message).toContain('"skill": no such field');
    expect(failure?.message).toContain('no time zone');
    expect(
      (await handle.fetchHistory()).events?.some((event) => event.activityTaskScheduledEventAttributes),
    ).toBe(false);
  });

  it('refuses a window that ends in CXone’s future, before anything is stored', async () => {
    let persisted = 0;
    const { failure } = await run({
      fetchContactPage: async ({ skip, top }) => ({
        ...pageOf(25, skip, top),
        lastPollTime: '2026-11-01T12:00:00.000Z',
      }),
      persistContacts: async () => {
        persisted += 1;
        return { inserted: 1, updated: 0, unchanged: 0, rejected: 0 };
      },
    });
    expect(failure?.type).toBe('WindowInFuture');
    expect(failure?.message).toContain('2026-11-01T12:00:00.000Z');
    expect(persisted).toBe(0);
  });

  it('stores the pages under way when one fails, asks for no more, and closes the window with the cause', async () => {
    const persisted: string[] = [];
    const closed: unknown[] = [];
    let asked = 0;
    const { failure, handle } = await run({
      fetchContactPage: async ({ skip, top }) => {
        asked += 1;
        if (skip === 10) {
          throw ApplicationFailure.create({
            type: 'ContactsForbidden',
            message: 'CXone refuses contacts.',
            nonRetryable: true,
            details: [{ remedy: 'Ask for the permission.' }],
          });
        }
        if (skip === 20) await new Promise((resolve) => setTimeout(resolve, 200));
        return pageOf(1_000, skip, top);
      },
      persistContacts: async ({ pageId }) => {
        persisted.push(pageId);
        return { inserted: 1, updated: 0, unchanged: 0, rejected: 0 };
      },
      closeWindow: async (close) => {
        closed.push(close);
        return quietActivities().closeWindow(close);
      },
    });
    const message = 'CXone refuses contacts. Ask for the permission.';
    expect(failure).toMatchObject({ type: 'ContactsForbidden', message });
    expect(persisted).toContain('0-20');
    expect(asked).toBeLessThanOrEqual(4);
    expect(closed).toMatchObject([{ status: 'failed', errorCode: 'ContactsForbidden' }]);
    const { typedSearchAttributes } = await handle.describe();
    expect(typedSearchAttributes.get(keys.status)).toBe('Failed');
    expect(typedSearchAttributes.get(keys.errorType)).toBe('ContactsForbidden');
  });

  it('still fails with its own cause when the ledger cannot be reached', async () => {
    const down = () => {
      throw ApplicationFailure.create({ type: 'DatabaseRefused', message: 'no', nonRetryable: true });
    };
    const { failure } = await run({
      fetchContactPage: async () => {
        throw ApplicationFailure.create({
          type: 'InvalidClient',
          message: 'wrong secret',
          nonRetryable: true,
        });
      },
      closeWindow: async () => down(),
    });
    expect(failure?.type).toBe('InvalidClient');
  });

  it('labels itself for the list, also when started by hand without labels', async () => {
    const { handle } = await run({});
    const { typedSearchAttributes: labels } = await handle.describe();
    expect(labels.get(keys.tenant)).toBe('acme');
    expect(labels.get(keys.status)).toBe('Complete');
    expect(labels.get(keys.trigger)).toBe('manual');
    expect(labels.get(keys.windowStart)).toEqual(new Date(input.from));
    expect(labels.get(keys.contacts)).toBe(25);
  });

  it('answers the queries progress and ledger', async () => {
    await environment.serve(quietActivities(), async () => {
      const handle = await start();
      await handle.result();
      expect(await handle.query('progress')).toMatchObject({ stage: 'done', contacts: 25, pages: 3 });
      expect(await handle.query('ledger')).toMatchObject({ status: 'complete' });
    });
  });

  it('looks for agents until none is left, and moves the watermark with the page that completes the list', async () => {
    const persisted: unknown[] = [];
    const cursors: unknown[] = [];
    await run({
      fetchAgents: async ({ cursor }) => {
        cursors.push(cursor?.step ?? null);
        if (cursor === null) {
          const next = { step: 'all' as const, skip: 100, turn: 0, watermark: 'w' };
          return { pageId: 'a', records: 100, hiddenAgents: 3, watermark: null, next };
        }
        if (cursor.step === 'all') {
          const next = { step: 'missing' as const, skip: 0, turn: 1, watermark: null };
          return { pageId: 'b', records: 20, hiddenAgents: 0, watermark: 'w', next };
        }
        return { pageId: null, records: 0, hiddenAgents: 0, watermark: null, next: null };
      },
      persistAgents: async (page) => {
        persisted.push(page);
        return { inserted: 0, updated: 0, unchanged: 0, rejected: 0 };
      },
    });
    expect(cursors).toEqual([null, 'all', 'missing']);
    expect(persisted).toMatchObject([
      { pageId: 'a', watermark: null },
      { pageId: 'b', watermark: 'w' },
    ]);
  });
});

describe('recordings of a window', () => {
  const due = (total: number): Activities['dueRecordings'] => {
    const ids = Array.from({ length: total }, (_, n) => String(100_000 + n));
    return async ({ after, limit }) => ids.filter((id) => after === null || id > after).slice(0, limit);
  };

  it('are looked for, a bounded number at a time, each once', async () => {
    const looked: string[] = [];
    let now = 0;
    let most = 0;
    await run({
      dueRecordings: due(40),
      downloadRecording: async ({ masterContactId }) => {
        looked.push(masterContactId);
        now += 1;
        most = Math.max(most, now);
        await new Promise((resolve) => setTimeout(resolve, 5));
        now -= 1;
        return { status: 'stored', files: 1, bytes: 10 };
      },
    });
    expect(new Set(looked).size).toBe(40);
    expect(looked).toHaveLength(40);
    expect(most).toBeLessThanOrEqual(openWindow.recordingsInFlight);
  });

  it('are left out when the run says so', async () => {
    let asked = 0;
    await run({
      openWindow: async () => ({ ...openWindow, recordings: false, downloads: false }),
      dueRecordings: async () => {
        asked += 1;
        return [];
      },
    });
    expect(asked).toBe(0);
  });

  it('go to children in chunks of 300 when they are many, and all are looked for', async () => {
    const looked = new Set<string>();
    const { handle } = await run({
      dueRecordings: due(650),
      downloadRecording: async ({ masterContactId }) => {
        looked.add(masterContactId);
        return { status: 'stored', files: 1, bytes: 10 };
      },
    });
    expect(looked.size).toBe(650);
    const events = (await handle.fetchHistory()).events ?? [];
    expect(events.filter((event) => event.startChildWorkflowExecutionInitiatedEventAttributes)).toHaveLength(
      3,
    );
  });

  it('fail the window when the cause concerns them all, and begin no new one', async () => {
    let looked = 0;
    const { failure } = await run({
      dueRecordings: due(100),
      downloadRecording: async () => {
        looked += 1;
        throw ApplicationFailure.create({
          type: 'RecordingStorageFull',
          message: 'No space left.',
          nonRetryable: true,
        });
      },
    });
    expect(failure?.type).toBe('RecordingStorageFull');
    expect(looked).toBeLessThanOrEqual(openWindow.recordingsInFlight);
  });
});

describe('what a window concludes', () => {
  it('takes two rounds that agree for an answer when CXone does not say how many there are', async () => {
    const closed: unknown[] = [];
    let rounds = 0;
    const { report } = await run({
      fetchContactPage: async ({ skip, top, round }) => {
        rounds = Math.max(rounds, round);
        return { ...pageOf(25, skip, top, round), totalRecords: null };
      },
      countContacts: async () => ({ totals: [null], lastPollTime: null }),
      closeWindow: async (close) => {
        closed.push(close);
        return quietActivities().closeWindow(close);
      },
    });
    expect(report?.status).toBe('complete');
    expect(rounds).toBe(1);
    expect(closed).toMatchObject([{ expected: 25, round: 1 }]);
  });

  it.each([
    ['after a round that held still', {}, { fetched: 25 }, 1],
    ['not by a filter of this run alone', { usualFilter: false }, { fetched: 25 }, 0],
    ['not while the source keeps shrinking', {}, { fetched: 26 }, 0],
  ])('marks contacts as gone %s', async (_when, opened, tally, times) => {
    let marked = 0;
    const { report } = await run({
      openWindow: async () => ({ ...openWindow, ...opened }),
      tallyRound: async () => tally,
      markAbsent: async () => {
        marked += 1;
        return 2;
      },
    });
    expect(report?.status).toBe('complete');
    expect(marked).toBe(times);
  });
});

describe('a window by update', () => {
  const stamp = '2026-11-01T12:00:00.000Z';

  it('waits for a person where offsets are ignored among equal stamps, and is read again when resumed', async () => {
    const rounds: number[] = [];
    const activities: Activities = {
      ...quietActivities(30),
      openWindow: async () => ({
        ...{ ...openWindow, by: 'update', pageSize: 30, readsOn: true, provesEnd: true },
        ...{ parkedTimeoutHours: 168, recordings: false, downloads: false },
      }),
      // Thirty contacts of one stamp: the first time from every offset.
      fetchContactPage: async ({ from, skip, top, round }) => {
        rounds.push(round);
        const shows = from <= stamp && (skip === 0 || round === 0);
        const page = { ...pageOf(shows ? 30 : 0, 0, 30, round), top, totalRecords: null };
        return { ...page, lastUpdate: shows ? stamp : null };
      },
      countContacts: async () => ({ totals: [30], since: 30, lastPollTime: null }),
    };
    await environment.serve(activities, async () => {
      const handle = await start({ ...input, by: 'update' });
      await parked(handle);
      expect(await detailsOf(handle)).toContain('OffsetsIgnored');
      expect(await detailsOf(handle)).toContain(stamp);
      await handle.executeUpdate('resume');
      expect(await handle.result()).toMatchObject({ status: 'complete' });
    });
    expect(rounds.filter((round) => round === 0).length).toBeLessThan(120);
    expect(rounds.filter((round) => round === 1)).toHaveLength(5);
  });
});

describe('a window that reads its list to the end', () => {
  const readsOn = async () => ({ ...openWindow, readsOn: true });
  /** A source that counts the page alone. */
  const pageOnly: Activities['fetchContactPage'] = async ({ skip, top, round }) => {
    const page = pageOf(25, skip, top, round);
    return { ...page, totalRecords: page.records === 0 ? null : page.records };
  };

  it('reads past a total that rows prove wrong, and is settled by two readings that bring in as many', async () => {
    const rounds: number[] = [];
    const read: unknown[] = [];
    const { report } = await run({
      openWindow: readsOn,
      fetchContactPage: async (slice) => {
        if (slice.skip === 20) rounds.push(slice.round);
        return pageOnly(slice);
      },
      countContacts: async (asked) => {
        read.push(asked.read);
        return { totals: [null], lastPollTime: null };
      },
      closeWindow: async ({ status, expected }) => ({
        ...(await quietActivities().closeWindow({ status } as never)),
        expected,
      }),
    });
    expect(rounds).toEqual([0, 1]);
    expect(read).toEqual([[null], [null]]);
    expect(report).toMatchObject({ status: 'complete', expected: 25 });
  });

  /** It serves five rows a page, whatever is asked for, and counts these alone. */
  const cutShort: Partial<Activities> = {
    openWindow: readsOn,
    fetchContactPage: async ({ skip, top, round }) => {
      const page = pageOf(25, skip, Math.min(top, 5), round);
      return { ...page, top, totalRecords: page.records === 0 ? null : page.records };
    },
    countContacts: async ({ read }) =>
      read?.[0] === 5
        ? { totals: [null], lastPollTime: null, goOn: [0] }
        : { totals: [null], lastPollTime: null },
    tallyRound: async ({ round }) => ({ fetched: round === 0 ? 5 : 25 }),
    closeWindow: async ({ status, expected, round }) => ({
      ...(await quietActivities().closeWindow({ status } as never)),
      ...{ expected, rereads: round },
    }),
  };

  it('reads to an empty page, and once more, where the list goes on behind a page that was cut short', async () => {
    const skips: (readonly [number, number])[] = [];
    const { report } = await run({
      ...cutShort,
      fetchContactPage: async (slice) => {
        skips.push([slice.round, slice.skip]);
        return cutShort.fetchContactPage?.(slice) as never;
      },
    });
    expect(report).toMatchObject({ status: 'complete', expected: 25, rereads: 2 });
    const ofRound = (round: number) => skips.flatMap(([of, skip]) => (of === round ? [skip] : []));
    expect(ofRound(0)).toEqual([0]);
    expect(ofRound(1)).toEqual([0, 5, 10, 15, 20, 25]);
    expect(ofRound(2)).toEqual(ofRound(1));
  });

  it('is not taken for complete where no further reading is permitted', async () => {
    const { failure } = await run({
      ...cutShort,
      openWindow: async () => ({ ...openWindow, readsOn: true, maxRereads: 0 }),
    });
    expect(failure?.type).toBe('CountMismatch');
  });

  it('takes rows at its end, or later, off the count, and has them left out', async () => {
    const before: unknown[] = [];
    const { report } = await run({
      openWindow: readsOn,
      fetchContactPage: async ({ skip, top, round, upToItself }) => {
        expect(upToItself).toBe(true);
        const page = pageOf(27, skip, top, round);
        return { ...page, ...(skip === 20 && { beyond: 2 }) };
      },
      countContacts: async ({ read }) => {
        expect(read).toEqual([27]);
        return { totals: [27], lastPollTime: null };
      },
      persistContacts: async (page) => {
        before.push(page.before);
        return { inserted: 1, updated: 0, unchanged: 0, rejected: 0 };
      },
      closeWindow: async ({ status, expected }) => ({
        ...(await quietActivities().closeWindow({ status } as never)),
        expected,
      }),
    });
    expect(report).toMatchObject({ status: 'complete', expected: 25 });
    expect(new Set(before)).toEqual(new Set([openWindow.to]));
  });

  it('is complete where the source lists contacts twice, and fails where one is missing besides', async () => {
    const activities: Partial<Activities> = {
      openWindow: readsOn,
      tallyRound: async () => ({ fetched: 23 }),
      countDoubles: async () => ({ doubles: 2 }),
      closeWindow: async ({ status, expected }) => ({
        ...(await quietActivities().closeWindow({ status } as never)),
        expected,
      }),
    };
    expect((await run(activities)).report).toMatchObject({ status: 'complete', expected: 23 });
    const { failure } = await run({ ...activities, countDoubles: async () => ({ doubles: 1 }) });
    expect(failure?.type).toBe('CountMismatch');
  });
});
