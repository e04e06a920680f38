// One file beyond 400 lines: all tests are about one family of activities and share the doubles of its environment.
import fc from 'fast-check';
import type { WindowSpan } from '../../../activities/types';
import { createWindowActivities } from '../../../activities/windows';
import { filterCombinations } from '../../../cxone';
import { createAuthenticationActivities } from '../../../activities/authentication';
import {
  type Claim,
  type Claimant,
  type Closing,
  type LedgerRow,
  StoreError,
  type WindowKey,
} from '../../../store';
import { acme, fakeStore, run, type tuning } from './fakes';

const now = Date.parse('2026-11-20T12:00:00.000Z');
const dayMs = 86_400_000;
const span: WindowSpan = {
  tenant: 'acme',
  from: '2026-11-01T00:00:00.000Z',
  to: '2026-11-02T00:00:00.000Z',
  by: 'start',
  claimant: { workflowId: 'sync-window:acme:x', runId: 'run-2' },
};
const mine: Claim = { status: 'claimed', windowId: '7', attempt: 3 };
const heldBy = (workflowId: string): Claim => ({ status: 'busy', by: { workflowId, runId: 'run-1' } });

const closedRow: LedgerRow = {
  tenant: 'acme',
  from: new Date(span.from),
  to: new Date(span.to),
  by: 'start',
  filter: { skillIds: [], campaignIds: [], mediaTypeIds: [] },
  windowId: '7',
  status: 'complete',
  attempt: 3,
  workflowId: span.claimant.workflowId,
  runId: span.claimant.runId,
  expected: 30,
  fetched: 30,
  inserted: 20,
  updated: 4,
  unchanged: 5,
  rejected: 1,
  absent: 2,
  pages: 6,
  bytes: 9_000,
  rounds: 1,
  recordingsPending: 3,
  recordingsStored: 8,
  recordingsAbsent: 1,
  recordingsFailed: 2,
  recordingBytes: 123_456,
  errorCode: null,
  lastPollTime: null,
  readTo: null,
  startedAt: new Date(now - 65_000),
  closedAt: new Date(now),
};

interface Given {
  /** Answers of the ledger, one after the other. */
  readonly claims?: readonly Claim[];
  readonly running?: readonly string[];
  readonly row?: LedgerRow;
  readonly prune?: () => Promise<number>;
}

function environment(
  { claims = [mine], running = [], row = closedRow, prune }: Given,
  changes: Partial<typeof tuning> = {},
) {
  const claimed: { key: WindowKey; claimant: Claimant; replacing: Claimant | undefined }[] = [];
  const closed: Closing[] = [];
  const pruned: Date[] = [];
  const asked: string[] = [];
  const activities = createWindowActivities({
    now: () => now,
    landingRetentionDays: 7,
    tenants: acme({}, changes),
    isRunning: async ({ workflowId }) => {
      asked.push(workflowId);
      return running.includes(workflowId);
    },
    store: fakeStore({
      windows: {
        async claim(key, claimant, replacing) {
          claimed.push({ key, claimant, replacing });
          return claims[Math.min(claimed.length, claims.length) - 1] ?? mine;
        },
        tally: async () => ({
          fetched: 31,
          inserted: 0,
          updated: 0,
          unchanged: 0,
          rejected: 1,
          pages: 4,
          bytes: 9,
        }),
        markAbsent: async () => 4,
        async close(_windowId, _attempt, closing) {
          closed.push(closing);
          return row;
        },
      },
      landing: {
        async prune(before) {
          pruned.push(before);
          return prune?.() ?? 0;
        },
      },
      apiErrors: {
        async prune(before) {
          pruned.push(before);
          return 0;
        },
      },
    }),
  });
  return { activities, claimed, closed, pruned, asked };
}

describe('openWindow', () => {
  it.each([
    ['the tenant’s own filter', { skillIds: [2, 1] }, { skillIds: [1, 2] }, true],
    ['no filter anywhere', {}, {}, true],
    ['a filter of this run alone', { skillIds: [1] }, {}, false],
    ['a wider filter than the tenant’s', { skillIds: [] }, { skillIds: [1] }, false],
  ])('marks what is gone by %s: %#', async (_what, filter, tuning, usualFilter) => {
    const { activities } = environment({}, tuning);
    expect(await run(activities, 'openWindow', { ...span, ...filter })).toMatchObject({ usualFilter });
  });

  it('refuses a filter of more passes than a window can bear', async () => {
    const { activities } = environment({});
    const ids = Array.from({ length: 11 }, (_, n) => n + 1);
    await expect(
      run(activities, 'openWindow', { ...span, skillIds: ids, campaignIds: ids }),
    ).rejects.toMatchObject({ type: 'InvalidInput', nonRetryable: true });
  });

  it('claims the window and says how the tenant’s settings want it read', async () => {
    const { activities, claimed } = environment({}, { pageSize: 500, pagesInFlight: 2, maxRereads: 1 });
    expect(await run(activities, 'openWindow', span)).toEqual({
      tenant: 'acme',
      from: span.from,
      to: span.to,
      windowId: '7',
      attempt: 3,
      by: 'start',
      passes: [{}],
      recordings: true,
      downloads: true,
      usualFilter: true,
      readsOn: true,
      pageSize: 500,
      pagesInFlight: 2,
      recordingsInFlight: 8,
      maxRereads: 1,
      maxContacts: 200_000,
      parkedTimeoutHours: 168,
      leavesAgents: false,
    });
    expect(claimed).toEqual([
      {
        key: {
          tenant: 'acme',
          from: new Date(span.from),
          to: new Date(span.to),
          by: 'start',
          filter: { skillIds: [], campaignIds: [], mediaTypeIds: [] },
        },
        claimant: span.claimant,
        replacing: undefined,
      },
    ]);
  });

  it('takes filters and recordings of the run before those of the tenant', async () => {
    const { activities } = environment({}, { skillIds: [5], mediaTypeIds: [4], recordings: true });
    expect(await run(activities, 'openWindow', { ...span, skillIds: [9], recordings: false })).toMatchObject({
      passes: [{ skillId: 9, mediaTypeId: 4 }],
      recordings: false,
    });
  });

  it('knows the same ids in another order, or twice, for the same window', async () => {
    const { activities, claimed } = environment({});
    await run(activities, 'openWindow', { ...span, skillIds: [12, 3, 12] });
    expect(claimed[0]?.key.filter.skillIds).toEqual([3, 12]);
  });

  it('refuses while another run works on the window, and names it', async () => {
    const { activities, claimed } = environment({ claims: [heldBy('by-hand')], running: ['by-hand'] });
    await expect(run(activities, 'openWindow', span)).rejects.toMatchObject({
      type: 'WindowBusy',
      nonRetryable: true,
      message: expect.stringContaining('"by-hand"') as string,
    });
    expect(claimed).toHaveLength(1);
  });

  it('takes over from a run that is gone', async () => {
    const { activities, claimed, asked } = environment({ claims: [heldBy('by-hand'), mine] });
    expect(await run(activities, 'openWindow', span)).toMatchObject({ attempt: 3 });
    expect(asked).toEqual(['by-hand']);
    expect(claimed[1]?.replacing).toEqual({ workflowId: 'by-hand', runId: 'run-1' });
  });

  it('takes over from an earlier run of its own id without asking: Temporal lets only one be open', async () => {
    const own = span.claimant.workflowId;
    const { activities, asked } = environment({ claims: [heldBy(own), mine], running: [own] });
    expect(await run(activities, 'openWindow', span)).toMatchObject({ windowId: '7' });
    expect(asked).toEqual([]);
  });

  it('refuses when another caller was faster to take over', async () => {
    const { activities, claimed } = environment({ claims: [heldBy('gone'), heldBy('faster')] });
    await expect(run(activities, 'openWindow', span)).rejects.toMatchObject({
      type: 'WindowBusy',
      message: expect.stringContaining('"faster"') as string,
    });
    expect(claimed).toHaveLength(2);
  });
});

describe('passesOf', () => {
  const ids = fc.uniqueArray(fc.integer({ min: 1, max: 50 }), { maxLength: 4 });

  it('has exactly one pass for each combination, and one for everything when there is no filter', () => {
    fc.assert(
      fc.property(ids, ids, ids, (skillIds, campaignIds, mediaTypeIds) => {
        const passes = filterCombinations({ skillIds, campaignIds, mediaTypeIds });
        const size = (list: readonly number[]) => Math.max(1, list.length);
        expect(passes).toHaveLength(size(skillIds) * size(campaignIds) * size(mediaTypeIds));
        expect(new Set(passes.map((pass) => JSON.stringify(pass))).size).toBe(passes.length);
      }),
    );
  });

  it('lets each contact that matches the filter through exactly one pass, and no other contact', () => {
    const someId = fc.integer({ min: 1, max: 50 });
    const contacts = fc.record({ skillId: someId, campaignId: someId, mediaTypeId: someId });
    fc.assert(
      fc.property(ids, ids, ids, contacts, (skillIds, campaignIds, mediaTypeIds, contact) => {
        const shown = filterCombinations({ skillIds, campaignIds, mediaTypeIds }).filter(
          ({ skillId, campaignId, mediaTypeId }) =>
            (skillId ?? contact.skillId) === contact.skillId &&
            (campaignId ?? contact.campaignId) === contact.campaignId &&
            (mediaTypeId ?? contact.mediaTypeId) === contact.mediaTypeId,
        );
        const among = (list: readonly number[], id: number) => list.length === 0 || list.includes(id);
        const wanted =
          among(skillIds, contact.skillId) &&
          among(campaignIds, contact.campaignId) &&
          among(mediaTypeIds, contact.mediaTypeId);
        expect(shown).toHaveLength(wanted ? 1 : 0);
      }),
    );
  });
});

describe('the ledger', () => {
  const round = { tenant: 'acme', windowId: '7', attempt: 3, round: 1 };

  it('reports what a round brought in and marks what it did not show', async () => {
    const { activities } = environment({});
    expect(await run(activities, 'tallyRound', round)).toEqual({ fetched: 31 });
    expect(await run(activities, 'markAbsent', round)).toBe(4);
  });

  describe('of whose contacts a share was rejected', () => {
    const tallied = async (
      rejected: number,
      fetched: number,
      share?: number,
      parked: readonly string[] = [],
    ) => {
      const windows = fakeStore({
        windows: {
          tally: async () => ({
            fetched,
            rejected,
            inserted: 0,
            updated: 0,
            unchanged: 0,
            pages: 1,
            bytes: 1,
          }),
          othersParked: async (_tenant, _window, code = 'any') => parked.includes(code),
        },
      });
      const activities = createWindowActivities({
        store: windows,
        tenants: acme({}, share === undefined ? {} : { maxRejectedShare: share }),
        isRunning: async () => false,
        landingRetentionDays: 7,
        now: () => now,
      });
      return run(activities, 'tallyRound', round);
    };

    it.each([
      ['as much as may be', 4, 20, undefined],
      ['of too few contacts to judge by', 19, 19, undefined],
      ['all of it where everything passes', 30, 30, 1],
      ['none of it', 0, 30, 0],
    ])('%s', async (_what, rejected, fetched, share) => {
      expect(await tallied(rejected, fetched, share)).toEqual({ fetched });
    });

    it.each([
      ['more than a fifth', 5, 20, undefined],
      ['all of it', 10_000, 10_000, undefined],
      ['one, where none may be', 1, 20, 0],
    ])('that is too large is reported with its figures: %s', async (_what, rejected, fetched, share) => {
      const tooMany = { rejected, contacts: fetched, allowed: share ?? 0.2, known: false };
      expect(await tallied(rejected, fetched, share)).toEqual({ fetched, tooMany });
    });

    it('is known where another window of the live sync waits because of the same', async () => {
      expect(await tallied(9, 20, 0.2, ['any'])).toMatchObject({ tooMany: { known: false } });
      expect(await tallied(9, 20, 0.2, ['TooManyRejected'])).toMatchObject({ tooMany: { known: true } });
    });
  });

  it('is closed with the figures, which are the report', async () => {
    const { activities, closed } = environment({});
    const report = await run(activities, 'closeWindow', {
      ...round,
      status: 'complete',
      expected: 30,
      absent: 2,
    });
    expect(closed).toEqual([{ status: 'complete', expected: 30, absent: 2, round: 1 }]);
    expect(report).toEqual({
      status: 'complete',
      expected: 30,
      fetched: 30,
      inserted: 20,
      updated: 4,
      unchanged: 5,
      rejected: 1,
      absent: 2,
      recordings: { pending: 3, stored: 8, absent: 1, failed: 2, bytes: 123_456 },
      pages: 6,
      rereads: 1,
      durationMs: 65_000,
    });
  });

  it('notes the cause of a failure', async () => {
    const { activities, closed } = environment({
      row: { ...closedRow, status: 'failed', closedAt: null, pages: null },
    });
    const failed = {
      ...round,
      status: 'failed' as const,
      expected: null,
      absent: 0,
      errorCode: 'InvalidClient' as const,
    };
    expect(await run(activities, 'closeWindow', failed)).toMatchObject({
      status: 'failed',
      pages: 0,
      durationMs: 0,
    });
    expect(closed).toMatchObject([{ errorCode: 'InvalidClient', expected: null }]);
  });

  it('lets landed pages go once they are older than the retention', async () => {
    const { activities, pruned } = environment({});
    await run(activities, 'closeWindow', { ...round, status: 'complete', expected: 30, absent: 0 });
    expect(pruned).toEqual([new Date(now - 7 * dayMs), new Date(now - 30 * dayMs)]);
  });

  it('stays closed when old landed pages cannot be removed', async () => {
    const prune = async () => {
      throw new StoreError('DatabaseConflict', 'PostgreSQL gave up waiting', '');
    };
    const { activities } = environment({ prune });
    const report = run(activities, 'closeWindow', { ...round, status: 'complete', expected: 30, absent: 0 });
    await expect(report).resolves.toMatchObject({ status: closedRow.status });
  });
});

describe('authenticate', () => {
  it('says when the token ends and where the tenant lives, and nothing that opens a door', async () => {
    const activities = createAuthenticationActivities({
      store: fakeStore({}),
      tenants: acme({
        authenticate: async () => ({
          expiresAt: new Date('2026-11-20T13:00:00.000Z'),
          apiEndpoint: 'https://api-na1.niceincontact.com',
          area: 'na1',
        }),
      }),
    });
    expect(await run(activities, 'authenticate', { tenant: 'acme' })).toEqual({
      expiresAt: '2026-11-20T13:00:00.000Z',
      area: 'na1',
    });
  });

  it('says so when the area is not known', async () => {
    const expiresAt = new Date('2026-11-20T13:00:00.000Z');
    const activities = createAuthenticationActivities({
      store: fakeStore({}),
      tenants: acme({ authenticate: async () => ({ expiresAt, apiEndpoint: 'https://api.example.com' }) }),
    });
    expect(await run(activities, 'authenticate', { tenant: 'acme' })).toMatchObject({ area: null });
  });

  it('notifies the other workers that something is fixed before it asks CXone again', async () => {
    const order: string[] = [];
    const activities = createAuthenticationActivities({
      store: fakeStore({ signIns: { note: async (tenant) => void order.push(`noted for ${tenant}`) } }),
      tenants: acme({
        authenticate: async (_signal, anew) => {
          order.push(anew ? 'asked again' : 'asked');
          return { expiresAt: new Date(0), apiEndpoint: 'https://api.example.com' };
        },
      }),
    });
    await run(activities, 'authenticate', { tenant: 'acme' });
    await run(activities, 'authenticate', { tenant: 'acme', anew: true });
    expect(order).toEqual(['asked', 'noted for acme', 'asked again']);
  });
});
