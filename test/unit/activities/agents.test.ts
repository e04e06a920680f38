import { createAgentActivities } from '../../../activities/agents';
import type { AgentCursor, FetchAgentsInput } from '../../../activities/list-types';
import { type AgentPage, type AgentPageRequest, CxoneError } from '../../../cxone';
import type { Batch } from '../../../store';
import { acme, fakeStore, memoryLanding, run } from './fakes';

const now = Date.parse('2026-11-20T12:00:00.000Z');
const first: FetchAgentsInput = { tenant: 'acme', windowId: '7', attempt: 1, round: 0, cursor: null };
const missing = (turn: number): FetchAgentsInput => ({
  ...first,
  cursor: { step: 'missing', skip: 0, turn, watermark: null },
});

const agent = (agentId: number | string) => ({ agentId: Number(agentId), userName: `agent${agentId}` });
const ids = (n: number): string[] => Array.from({ length: n }, (_, index) => String(index + 1));

function listPage(records: number, totalRecords: number | null, changes: Partial<AgentPage> = {}): AgentPage {
  const agents = ids(records).map(agent);
  return {
    body: Buffer.from(JSON.stringify({ agents })),
    records: agents,
    totalRecords,
    lastPollTime: '2026-11-20T11:59:00.000Z',
    hiddenAgents: 0,
    ...changes,
  };
}

/** Agents from an offset on. */
function pageFrom(skip: number, records: number, total: number): AgentPage {
  const agents = Array.from({ length: records }, (_, index) => agent(skip + index + 1));
  return listPage(records, total, { records: agents, body: Buffer.from(JSON.stringify({ agents })) });
}

interface Given {
  readonly watermark?: string;
  readonly list?: (request: AgentPageRequest) => AgentPage;
  /** Agents behind the contacts that are wanted. */
  readonly wanted?: readonly string[];
  /** Requests for single agents that the quota permits. */
  readonly quota?: number;
  /** Of those, the ones CXone does not know. */
  readonly unknown?: readonly string[];
}

function environment({
  watermark,
  list = () => listPage(0, 0),
  wanted = [],
  unknown = [],
  quota = 1_000,
}: Given) {
  const seen = {
    list: [] as AgentPageRequest[],
    singly: [] as string[],
    misses: [] as string[],
    wantedBefore: [] as [Date, number][],
    persisted: [] as { pageId: string; tenant: string; batch: Batch; watermark: Date | undefined }[],
  };
  const landing = memoryLanding();
  let mark = watermark ? new Date(watermark) : null;
  const activities = createAgentActivities({
    now: () => now,
    store: fakeStore({
      landing,
      watermarks: {
        get: async (_tenant, stream) => (stream === 'agents' && mark ? mark : null),
      },
      clocks: {
        async withdrawAhead(_tenant, stream, limit) {
          if (stream === 'agents' && mark && mark > limit) mark = null;
        },
      },
      agents: {
        async wanted(_round, staleBefore, limit) {
          seen.wantedBefore.push([staleBefore, limit]);
          return wanted.slice(0, limit);
        },
        async recordMisses(_tenant, missed) {
          seen.misses.push(...missed);
        },
        async persistPage(pageId, tenant, batch, options) {
          seen.persisted.push({ pageId, tenant, batch, watermark: options.watermark });
          return { inserted: batch.rows.length, updated: 0, unchanged: 0, rejected: 0 };
        },
      },
    }),
    tenants: acme({
      async agentPage(request) {
        seen.list.push(request);
        return list(request);
      },
      async agent(agentId) {
        if (seen.singly.length >= quota) throw new CxoneError('QuotaExhausted', 'Used up.');
        seen.singly.push(agentId);
        return unknown.includes(agentId) ? null : { ...listPage(0, null), records: [agent(agentId)] };
      },
    }),
  });
  return { activities, seen, landing };
}

describe('the first look at agents', () => {
  it('reads the whole list while there is no watermark', async () => {
    const { activities, seen } = environment({ list: () => listPage(3, 3) });
    await run(activities, 'fetchAgents', first);
    expect(seen.list).toEqual([{ skip: 0, top: 1_000 }]);
  });

  it('reads the whole list where the watermark is ahead of every clock, and sets it by one that is not', async () => {
    const { activities, seen } = environment({
      watermark: '2031-01-01T00:00:00.000Z',
      list: () => listPage(3, 3, { lastPollTime: '2031-01-02T00:00:00.000Z', clock: new Date(now) }),
    });
    const fetched = await run(activities, 'fetchAgents', first);
    expect(seen.list[0]).not.toHaveProperty('updatedSince');
    expect(fetched.watermark).toBe(new Date(now + 1_000).toISOString());
  });

  it.each([
    ['capped', 1_000],
    ['counting the page alone', 1_000],
  ])('reads on after a full page whose total is %s', async (_what, total) => {
    const { activities } = environment({
      list: ({ skip }) => pageFrom(skip, skip === 0 ? 1_000 : 20, total),
    });
    const one = await run(activities, 'fetchAgents', first);
    expect(one.next).toMatchObject({ skip: 1_000 });
    const two = await run(activities, 'fetchAgents', { ...first, cursor: one.next });
    expect(two).toMatchObject({ records: 20, next: { step: 'missing' } });
  });

  it('ends where the source answers every offset with the same agents', async () => {
    const { activities } = environment({ list: () => pageFrom(0, 1_000, 1_000) });
    const one = await run(activities, 'fetchAgents', first);
    const two = await run(activities, 'fetchAgents', { ...first, cursor: one.next });
    expect(two.next).toMatchObject({ step: 'missing' });
  });

  it('asks for what changed since the watermark, less half an hour, when there is one', async () => {
    const { activities, seen } = environment({ watermark: '2026-11-20T10:00:00.000Z' });
    await run(activities, 'fetchAgents', first);
    expect(seen.list).toEqual([{ updatedSince: new Date('2026-11-20T09:30:00.000Z'), skip: 0, top: 1_000 }]);
  });

  it('lands the page, says how many agents CXone hides, and goes on to the agents behind contacts', async () => {
    const { activities, landing } = environment({ list: () => listPage(3, 3, { hiddenAgents: 17 }) });
    expect(await run(activities, 'fetchAgents', first)).toEqual({
      pageId: '1',
      records: 3,
      hiddenAgents: 17,
      watermark: '2026-11-20T11:59:00.000Z',
      next: { step: 'missing', skip: 0, turn: 1, watermark: null },
    });
    expect(landing.pages).toMatchObject([{ kind: 'agents', records: 3, windowId: '7' }]);
  });

  it('moves the watermark also when nothing changed', async () => {
    const { activities, landing } = environment({ watermark: '2026-11-20T10:00:00.000Z' });
    const looked = await run(activities, 'fetchAgents', first);
    expect(looked).toMatchObject({ records: 0, next: { step: 'missing' } });
    expect(looked.watermark).not.toBeNull();
    expect(landing.pages).toMatchObject([{ records: 0 }]);
  });
});

describe('a list of several pages', () => {
  it('is read to its total; the watermark is the clock of the first answer and is returned with the last page', async () => {
    const sizes = [1_000, 1_000, 500];
    const { activities, seen } = environment({
      list: ({ skip }) =>
        listPage(sizes[skip / 1_000] ?? 0, 2_500, { lastPollTime: `2026-11-20T11:5${skip / 1_000}:00.000Z` }),
    });
    const watermarks: (string | null)[] = [];
    let cursor: AgentCursor | null = null;
    do {
      const fetched: Awaited<ReturnType<typeof activities.fetchAgents>> = await run(
        activities,
        'fetchAgents',
        {
          ...first,
          cursor,
        },
      );
      watermarks.push(fetched.watermark);
      cursor = fetched.next;
    } while (cursor !== null && cursor.step !== 'missing');
    expect(seen.list.map(({ skip }) => skip)).toEqual([0, 1_000, 2_000]);
    expect(watermarks).toEqual([null, null, '2026-11-20T11:50:00.000Z']);
  });

  it('keeps asking for changes since the same moment', async () => {
    const { activities, seen } = environment({
      watermark: '2026-11-20T10:00:00.000Z',
      list: () => listPage(1_000, 1_500),
    });
    const { next } = await run(activities, 'fetchAgents', first);
    await run(activities, 'fetchAgents', { ...first, cursor: next });
    expect(seen.list[1]?.updatedSince).toEqual(new Date('2026-11-20T09:30:00.000Z'));
  });

  it('goes on after a full page when CXone gives no total, and ends at one that is not full', async () => {
    const { activities } = environment({ list: ({ skip }) => listPage(skip === 0 ? 1_000 : 20, null) });
    const { next } = await run(activities, 'fetchAgents', first);
    expect(next).toMatchObject({ step: 'all', skip: 1_000 });
    expect((await run(activities, 'fetchAgents', { ...first, cursor: next })).next).toMatchObject({
      step: 'missing',
    });
  });

  it('is asked for in halves while CXone times out, and goes on where the smaller page ended', async () => {
    const { activities, seen } = environment({
      list({ top }) {
        if (top > 300) throw new CxoneError('RequestTimeout', 'CXone took too long.');
        return listPage(250, null);
      },
    });
    const { next } = await run(activities, 'fetchAgents', first);
    expect(seen.list.map(({ top }) => top)).toEqual([1_000, 500, 250]);
    expect(next).toMatchObject({ step: 'all', skip: 250 });
  });

  it('gives up with the time-out when not even 100 agents come, and does not halve for other errors', async () => {
    const failing = (code: 'RequestTimeout' | 'Throttled') =>
      environment({
        list() {
          throw new CxoneError(code, 'No.');
        },
      });
    const late = failing('RequestTimeout');
    await expect(run(late.activities, 'fetchAgents', first)).rejects.toMatchObject({
      code: 'RequestTimeout',
    });
    expect(late.seen.list.map(({ top }) => top)).toEqual([1_000, 500, 250, 125, 100]);
    const throttled = failing('Throttled');
    await expect(run(throttled.activities, 'fetchAgents', first)).rejects.toMatchObject({
      code: 'Throttled',
    });
    expect(throttled.seen.list).toHaveLength(1);
  });

  it('ends at an empty page, even if the total promises more', async () => {
    const { activities } = environment({ list: () => listPage(0, 2_000) });
    expect((await run(activities, 'fetchAgents', first)).next).toMatchObject({ step: 'missing' });
  });
});

describe('agents behind the contacts', () => {
  it('are none when all are known and fresh', async () => {
    const { activities, seen } = environment({});
    const fetched = await run(activities, 'fetchAgents', missing(1));
    expect(fetched).toEqual({ pageId: null, records: 0, hiddenAgents: 0, watermark: null, next: null });
    expect(seen.wantedBefore).toEqual([[new Date('2026-11-19T12:00:00.000Z'), 26]]);
  });

  it('are looked up one by one while they are few; those CXone does not know are noted', async () => {
    const { activities, seen, landing } = environment({ wanted: ids(25), unknown: ['2', '9'] });
    const fetched = await run(activities, 'fetchAgents', missing(1));
    expect(seen.singly).toEqual(ids(25));
    expect(seen.misses).toEqual(['2', '9']);
    expect(fetched).toMatchObject({ pageId: '1', records: 23, next: null });
    expect(landing.pages[0]?.records).toBe(23);
  });

  it('are kept as far as the quota went, and the rest is asked for in a step of its own', async () => {
    const { activities, seen, landing } = environment({ wanted: ids(25), unknown: ['2'], quota: 10 });
    const fetched = await run(activities, 'fetchAgents', missing(1));
    expect(fetched).toMatchObject({ pageId: '1', records: 9, next: { step: 'missing', skip: 1, turn: 1 } });
    expect(seen.misses).toEqual(['2']);
    // The next step lands a page of its own, and waits while it has no row for it.
    const next = run(activities, 'fetchAgents', { ...first, cursor: fetched.next });
    await expect(next).rejects.toMatchObject({ code: 'QuotaExhausted' });
    expect(landing.pages).toHaveLength(1);
  });

  it('land nothing when CXone knows none of them', async () => {
    const { activities } = environment({ wanted: ['4'], unknown: ['4'] });
    expect(await run(activities, 'fetchAgents', missing(1))).toMatchObject({
      pageId: null,
      records: 0,
      next: null,
    });
  });

  it('are read with the whole list when they are many', async () => {
    const { activities, seen } = environment({ wanted: ids(26) });
    const { next, pageId } = await run(activities, 'fetchAgents', missing(1));
    expect(next).toEqual({ step: 'all', skip: 0, turn: 1, watermark: null });
    expect(pageId).toBeNull();
    expect(seen.singly).toEqual([]);
  });

  it('are looked up in turns of 25 when the list did not show them, and left to the next window after eight', async () => {
    const { activities, seen } = environment({ wanted: ids(40) });
    expect((await run(activities, 'fetchAgents', missing(2))).next).toMatchObject({
      step: 'missing',
      turn: 3,
    });
    expect((await run(activities, 'fetchAgents', missing(8))).next).toBeNull();
    expect(seen.singly).toEqual([...ids(25), ...ids(25)]);
  });
});

describe('persistAgents', () => {
  const page = { tenant: 'acme', pageId: '1' };

  it('stores the landed page and moves the watermark with it', async () => {
    const { activities, seen } = environment({ list: () => listPage(3, 3) });
    await run(activities, 'fetchAgents', first);
    const outcome = await run(activities, 'persistAgents', {
      ...page,
      watermark: '2026-11-20T11:59:00.000Z',
    });
    expect(outcome.inserted).toBe(3);
    expect(seen.persisted[0]?.batch.rows.map((row) => row.values['userName'])).toEqual([
      'agent1',
      'agent2',
      'agent3',
    ]);
    expect(seen.persisted[0]?.watermark).toEqual(new Date('2026-11-20T11:59:00.000Z'));
  });

  it('leaves the watermark where it is while the list is not read to its end', async () => {
    const { activities, seen } = environment({ wanted: ['4'] });
    await run(activities, 'fetchAgents', missing(1));
    await run(activities, 'persistAgents', { ...page, watermark: null });
    expect(seen.persisted).toMatchObject([{ pageId: '1', tenant: 'acme' }]);
    expect(seen.persisted[0]?.watermark).toBeUndefined();
  });
});
