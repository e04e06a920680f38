import { cancellationSignal } from '@temporalio/activity';
import {
  agentList,
  type CxoneClient,
  CxoneError,
  mayGoOn,
  parseAgentPage,
  readAgent,
  shrinkingPage,
} from '../cxone';
import { errorTable } from '../errors';
import type { PageToLand, Store } from '../store';
import { clockOf } from './answer-clocks';
import { readBatch } from './batch';
import type { TenantDirectory } from './tenants';
import type { AgentCursor, FetchAgentsInput, FetchedAgents, PersistAgentsInput } from './list-types';
import type { PersistResult } from './types';

export interface AgentDependencies {
  readonly store: Store;
  readonly tenants: TenantDirectory;
  readonly now: () => number;
}

const hourMs = 3_600_000;
/** The list of agents is read in pages of this size; the default of `/agents` is not documented (contract §3.1). */
const listPage = 1_000;
/** A list that CXone cannot bring in time is asked for at half the size, down to this one, as contacts are. */
const smallestPage = 100;
/** Up to this number of wanted agents are looked up one by one; beyond, reading the whole list costs less. */
const singlyAtMost = 25;
/** Turns of `singlyAtMost` look-ups in one window; agents still wanted then are left to the next window. */
const turnsAtMost = 8;
/** As far ahead of ours CXone's clock is believed to be. */
const aheadAtMostMs = 15 * 60_000;
/** No list is longer; a source that never ends its list is not followed for ever. */
const agentsAtMost = 1_000_000;
/** Changes of this last stretch are read again: the watermark is the server's clock, its writers may lag behind. */
const overlapMs = 30 * 60_000;

/** Agents: what changed since the last reading, and those behind the window's contacts that are unknown or stale. */
export function createAgentActivities({ store, tenants, now }: AgentDependencies) {
  /** One page of the list; when it is the last, the agents behind the contacts come next. */
  const readList = async (
    input: FetchAgentsInput,
    cursor: AgentCursor,
    cxone: CxoneClient,
  ): Promise<FetchedAgents> => {
    const since = cursor.since === undefined ? {} : { updatedSince: new Date(cursor.since) };
    const { page, top } = await shrinkingPage(
      (rows) => cxone.agentPage({ ...since, skip: cursor.skip, top: rows }, cancellationSignal()),
      listPage,
      smallestPage,
    );
    const records = page.records.length;
    const end = cursor.skip + records;
    // A full page, or a link, promises another one, whatever the total says.
    const first = agentIdOf(page.records[0]);
    const isAgain = cursor.skip > 0 && first !== undefined && first === cursor.first;
    const isCounted = page.totalRecords !== null && end < page.totalRecords;
    const more = mayGoOn(page, cursor.skip, top) && (isCounted || !isAgain) && end < agentsAtMost;
    // The clock of the first answer: what changes while we page is read again next time.
    const watermark = cursor.watermark ?? (page.lastPollTime === null ? null : clockOf(page, now));
    return {
      pageId: await land(store, { ...input, cursor }, { body: page.body, records }, more ? null : watermark),
      records,
      hiddenAgents: page.hiddenAgents,
      watermark: more ? null : watermark,
      next: more
        ? { ...cursor, skip: end, watermark, ...(first !== undefined && cursor.skip === 0 && { first }) }
        : { step: 'missing', skip: 0, turn: cursor.turn + 1, watermark: null },
    };
  };

  /** Looks up agents behind the contacts one by one, or turns to the whole list when they are many. */
  const readSingly = async (
    input: FetchAgentsInput,
    cursor: AgentCursor,
    cxone: CxoneClient,
  ): Promise<FetchedAgents> => {
    const done: FetchedAgents = { pageId: null, records: 0, hiddenAgents: 0, watermark: null, next: null };
    const { agentRefreshHours } = tenants(input.tenant).tuning;
    const staleBefore = new Date(now() - agentRefreshHours * hourMs);
    const wanted = await store.agents.wanted(input, staleBefore, singlyAtMost + 1);
    if (wanted.length === 0) return done;
    if (wanted.length > singlyAtMost && cursor.turn === 1) {
      return { ...done, next: { step: 'all', skip: 0, turn: 1, watermark: null } };
    }
    const { agents, unknown, quotaUsedUp } = await lookUp(cxone, wanted.slice(0, singlyAtMost));
    await store.agents.recordMisses(input.tenant, unknown);
    const more = wanted.length > singlyAtMost && cursor.turn < turnsAtMost;
    return {
      ...done,
      pageId: await land(store, { ...input, cursor }, { body: agentList(agents), records: agents.length }),
      records: agents.length,
      next: quotaUsedUp
        ? { ...cursor, skip: cursor.skip + 1 }
        : more
          ? { ...cursor, skip: 0, turn: cursor.turn + 1 }
          : null,
    };
  };

  return {
    /** Fetches one page of agents and lands it, without the secrets CXone puts into them. */
    async fetchAgents(input: FetchAgentsInput): Promise<FetchedAgents> {
      const { cxone } = tenants(input.tenant);
      const cursor = input.cursor ?? (await firstCursor(store, input.tenant, now()));
      return cursor.step === 'missing' ? readSingly(input, cursor, cxone) : readList(input, cursor, cxone);
    },

    /** Stores a landed page of agents; moves the agents' watermark in the same transaction when the list is read. */
    async persistAgents(input: PersistAgentsInput): Promise<PersistResult> {
      const { records } = await parseAgentPage(await store.landing.read(input.pageId));
      const options = input.watermark === null ? {} : { watermark: new Date(input.watermark) };
      return store.agents.persistPage(
        input.pageId,
        input.tenant,
        await readBatch(records, readAgent),
        options,
      );
    },
  };
}

async function firstCursor(store: Store, tenant: string, now: number): Promise<AgentCursor> {
  // One that lies ahead of any clock we would believe was set by a wrong one: the whole list, then, and a new mark.
  await store.clocks.withdrawAhead(tenant, 'agents', new Date(now + aheadAtMostMs));
  const watermark = await store.watermarks.get(tenant, 'agents');
  const start = { skip: 0, turn: 0, watermark: null };
  if (watermark === null) return { ...start, step: 'all' };
  return { ...start, step: 'changed', since: new Date(watermark.getTime() - overlapMs).toISOString() };
}

/** @returns the page's id; null when there is nothing to land */
async function land(
  { landing }: Pick<Store, 'landing'>,
  { tenant, windowId, attempt, round, cursor }: FetchAgentsInput & { readonly cursor: AgentCursor },
  page: Pick<PageToLand, 'body' | 'records'>,
  watermark: string | null = null,
): Promise<string | null> {
  // An empty last page is landed for its watermark.
  if (page.records === 0 && watermark === null) return null;
  const slice = `${cursor.step}:${cursor.turn}:${cursor.skip}`;
  const at = { tenant, windowId, attempt, round, kind: 'agents' as const, slice };
  return (await landing.land({ ...at, ...page, meta: {} })).pageId;
}

interface LookedUp {
  readonly agents: unknown[];
  /** Those that CXone does not know. */
  readonly unknown: string[];
  readonly quotaUsedUp: boolean;
}

/** Looks agents up one by one. */
async function lookUp(cxone: CxoneClient, wanted: readonly string[]): Promise<LookedUp> {
  const agents: unknown[] = [];
  const unknown: string[] = [];
  for (const agentId of wanted) {
    try {
      const answer = await cxone.agent(agentId, cancellationSignal());
      if (answer && answer.records.length > 0) agents.push(...answer.records);
      else unknown.push(agentId);
    } catch (error) {
      // What was asked for is kept: with a small quota, an attempt that begins again would never get to its end.
      const quotaUsedUp = error instanceof CxoneError && errorTable[error.code].quota === 'ours';
      if (!quotaUsedUp || agents.length + unknown.length === 0) throw error;
      return { agents, unknown, quotaUsedUp };
    }
  }
  return { agents, unknown, quotaUsedUp: false };
}

function agentIdOf(record: unknown): string | undefined {
  const id =
    typeof record === 'object' && record !== null && 'agentId' in record ? record.agentId : undefined;
  return typeof id === 'number' || typeof id === 'bigint' ? String(id) : undefined;
}
