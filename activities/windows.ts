import { isDeepStrictEqual } from 'node:util';
import { log } from '@temporalio/activity';
import { filterCombinations } from '../cxone';
import {
  type Claimant,
  type LedgerRow,
  sortedFilter,
  type Store,
  StoreError,
  type WindowFilter,
} from '../store';
import { answersKeptDays } from './answer-keeper';
import { activityFailure } from './application-failure';
import { figuresOf } from './figures';
import type { TenantDirectory, TenantTuning } from './tenants';
import type {
  CloseInput,
  NoteParkedInput,
  OpenWindow,
  RoundRef,
  RoundTally,
  TallyInput,
  TooManyRejected,
  WindowRef,
  WindowReport,
  WindowSpan,
} from './types';

export interface WindowDependencies {
  readonly store: Store;
  readonly tenants: TenantDirectory;
  /** Asks Temporal whether a run is still open. */
  readonly isRunning: (run: Claimant) => Promise<boolean>;
  /** How long landed pages are kept for replay and evidence. */
  readonly landingRetentionDays: number;
  readonly now: () => number;
}

export interface CloseSplitInput extends WindowRef {
  /** Where the window was split: the halves are [from, middle) and [middle, to). */
  readonly middle: string;
}

const dayMs = 86_400_000;
/** Of fewer contacts a share says nothing: one bad record of three is one bad record. */
const leastToJudge = 20;

/** The ledger: claiming a window, weighing what a round brought, closing. */
export function createWindowActivities({
  store,
  tenants,
  isRunning,
  landingRetentionDays,
  now,
}: WindowDependencies) {
  return {
    /**
     * Claims the window, so that no two runs work on it side by side, and says how to read it.
     *
     * @throws ApplicationFailure `WindowBusy` while another run holds it; `UnknownTenant`.
     */
    async openWindow(span: WindowSpan): Promise<OpenWindow> {
      const { tuning } = tenants(span.tenant);
      const filter = filterOf(span, tuning);
      refuseManyPasses(filter);
      const key = {
        tenant: span.tenant,
        from: new Date(span.from),
        to: new Date(span.to),
        by: span.by,
        filter,
      };
      let claim = await store.windows.claim(key, span.claimant);
      // Only one run of an id is open at a time: a holder of our own id is an earlier run, ended without a word.
      if (claim.status === 'busy' && (ownId(claim.by, span) || !(await isRunning(claim.by)))) {
        log.info('taking over a window whose run is gone', { holder: claim.by.workflowId });
        claim = await store.windows.claim(key, span.claimant, claim.by);
      }
      if (claim.status === 'busy') throw windowBusy(claim.by);
      const leavesAgents =
        isOfLiveSync(span) && (await store.windows.othersParked(span.tenant, claim.windowId));
      return { ...openedWindow(span, claim, filter, tuning), leavesAgents };
    },

    /** What a round has brought in, measured by the tenant's settings of now. */
    async tallyRound({ tenant, windowId, attempt, round, readTo }: TallyInput): Promise<RoundTally> {
      const end = readTo === undefined ? undefined : new Date(readTo);
      const { fetched, rejected } = await store.windows.tally(windowId, attempt, round, end);
      const { maxRejectedShare: allowed } = tenants(tenant).tuning;
      if (fetched < leastToJudge || rejected / fetched <= allowed) return { fetched };
      const known = await store.windows.othersParked(tenant, windowId, 'TooManyRejected');
      const tooMany: TooManyRejected = { rejected, contacts: fetched, allowed, known };
      return { fetched, tooMany };
    },

    /** Marks stored contacts of the window that the round did not show. Returns how many. */
    async markAbsent(round: RoundRef): Promise<number> {
      return store.windows.markAbsent(round.windowId, round.attempt, round.round);
    },

    /** Writes down that the run waits for a person, or does not any more. */
    async noteParked({ windowId, attempt, parked }: NoteParkedInput): Promise<void> {
      await store.windows.notePark(windowId, attempt, parked);
    },

    /** Writes the ledger's row and lets the window go. */
    async closeWindow(input: CloseInput): Promise<WindowReport> {
      const row = await store.windows.close(input.windowId, input.attempt, {
        status: input.status,
        expected: input.expected,
        absent: input.absent,
        round: input.round,
        ...(input.errorCode === undefined ? {} : { errorCode: input.errorCode }),
        ...(input.readTo === undefined ? {} : { readTo: new Date(input.readTo) }),
      });
      try {
        await store.landing.prune(new Date(now() - landingRetentionDays * dayMs));
        await store.apiErrors.prune(new Date(now() - answersKeptDays * dayMs));
      } catch (error) {
        // The window is closed; old pages are cleared away by the next one that closes.
        if (!(error instanceof StoreError)) throw error;
        log.warn('old landed pages or answers could not be removed', { error });
      }
      return toReport(row);
    },

    /** Writes the sums of both halves of a window that was split into the row of the whole, and lets it go. */
    async closeSplitWindow({ windowId, attempt, middle }: CloseSplitInput): Promise<WindowReport> {
      return toReport(await store.windows.closeFromHalves(windowId, attempt, new Date(middle)));
    },
  };
}

/** As the live sync asks for its windows: a tenant without recordings has them left out. */
function isOfLiveSync({ recordings, by }: WindowSpan): boolean {
  return recordings === 'later' || (by === 'update' && recordings === false);
}

/** How a run is to read the window that it has claimed. */
function openedWindow(
  { tenant, from, to, by, live, ...asked }: WindowSpan,
  { windowId, attempt }: { readonly windowId: string; readonly attempt: number },
  filter: WindowFilter,
  tuning: TenantTuning,
): Omit<OpenWindow, 'leavesAgents'> {
  const recordings = asked.recordings ?? tuning.recordings;
  return {
    ...{ tenant, from, to, windowId, attempt, by },
    passes: filterCombinations(filter),
    recordings: recordings !== false,
    downloads: recordings === true,
    usualFilter: isDeepStrictEqual(filter, sortedFilter(tuning)),
    pageSize: tuning.pageSize,
    pagesInFlight: tuning.pagesInFlight,
    recordingsInFlight: tuning.recordingsInFlight,
    maxRereads: tuning.maxRereads,
    parkedTimeoutHours: tuning.parkedTimeoutHours,
    // Two halves make a whole only where both ends are asked for: by start.
    ...(by === 'start' ? { maxContacts: tuning.maxContactsPerWindow } : {}),
    readsOn: true,
    ...(by === 'update' ? { provesEnd: true } : {}),
    ...(live && by === 'update' ? { endsAtClock: true } : {}),
  };
}

type AskedFilter = Pick<WindowSpan, 'skillIds' | 'campaignIds' | 'mediaTypeIds'>;

/** The filter a window is known by: what its input says, or else the tenant's settings. */
export function filterOf(asked: AskedFilter, usual: WindowFilter): WindowFilter {
  return sortedFilter({
    skillIds: asked.skillIds ?? usual.skillIds,
    campaignIds: asked.campaignIds ?? usual.campaignIds,
    mediaTypeIds: asked.mediaTypeIds ?? usual.mediaTypeIds,
  });
}

/** The most passes of a window: each costs a request of its own for every count. */
const passesAtMost = 100;

function refuseManyPasses(filter: WindowFilter): void {
  const { skillIds, campaignIds, mediaTypeIds } = filter;
  // Multiplied rather than listed: what is refused may be millions.
  const passes = [skillIds, campaignIds, mediaTypeIds].reduce((n, ids) => n * Math.max(1, ids.length), 1);
  if (passes <= passesAtMost) return;
  throw activityFailure({
    code: 'InvalidInput',
    message: `The filter makes ${passes} passes of the window, one for each combination; at most ${passesAtMost} are taken.`,
    remedy: 'Choose fewer skills, campaigns or media types at a time, or filter by one of the three only.',
  });
}

function ownId(holder: Claimant, span: WindowSpan): boolean {
  return holder.workflowId === span.claimant.workflowId;
}

/** A row of the ledger as workflows report it. */
export function toReport(row: LedgerRow): WindowReport {
  return {
    status: row.status,
    expected: row.expected,
    ...figuresOf(row, ['fetched', 'inserted', 'updated', 'unchanged', 'rejected', 'absent', 'pages']),
    recordings: {
      pending: row.recordingsPending ?? 0,
      stored: row.recordingsStored ?? 0,
      absent: row.recordingsAbsent ?? 0,
      failed: row.recordingsFailed ?? 0,
      bytes: row.recordingBytes ?? 0,
    },
    rereads: row.rounds ?? 0,
    durationMs: (row.closedAt ?? row.startedAt).getTime() - row.startedAt.getTime(),
  };
}

function windowBusy(by: Claimant): Error {
  return activityFailure({
    code: 'WindowBusy',
    message: `The window is being synced by the run "${by.workflowId}".`,
  });
}
