import { activityInfo, cancellationSignal, log } from '@temporalio/activity';
import { type CxoneClient, CxoneError, type ExtractionEntity, type ExtractionJob } from '../../cxone';
import { errorTable } from '../../errors';
import { type Claimant, type ExtractionRow, type SlotClaim, type Store, StoreError } from '../../store';
import type {
  CreatedExtraction,
  EndExtractionInput,
  ExtractionDay,
  ExtractionJobRef,
  FindExtractedInput,
  LoadedDay,
  LoadedExtraction,
  SeenExtraction,
} from './types';
import { type LoadDependencies, loadFile } from './load-file';
import type { Tenant, TenantDirectory } from '../tenants';
import { countedAttempts } from '../attempts';
import { figuresOf } from '../figures';

export interface ExtractionDependencies extends LoadDependencies {
  readonly store: Store;
  readonly tenants: TenantDirectory;
  /** Asks Temporal whether a run is still open. */
  readonly isRunning: (run: Claimant) => Promise<boolean>;
}

/** A run that is silent for this long has lost its turn: it polls its job once a minute at least. */
const leaseSeconds = 600;
/** New interactions are up to half an hour late (contract §10). */
const latenessMinutes = 30;
/** A 403 says nothing of permissions when a job was made or ran only a short while ago (contract §10). */
const recentMs = 60_000;
const firstLookMs = 5_000;
/** How long another run that has the turn is left alone before it is asked for again. */
const heldWaitMs = 10_000;
/** Links that do not open, one after the other: the file is not there any more. */
const linksAtMost = 3;

const entities: Readonly<Record<ExtractionDay['dataset'], ExtractionEntity>> = {
  'interaction-metadata': 'recording-interaction-metadata',
  evaluations: 'qm-workflows',
};

/** Data Extraction: a tenant's turn, its job, and the file that comes of it. */
export function createExtractionActivities(dependencies: ExtractionDependencies) {
  const { store, tenants } = dependencies;

  return {
    /** The days that were once loaded whole, in order. */
    async findExtracted({ tenant, dataset, from, to }: FindExtractedInput): Promise<readonly string[]> {
      tenants(tenant);
      return store.extractions.completeDays(tenant, dataset, from, to);
    },

    /**
     * Takes the tenant's turn and has CXone make a job for the day; or returns how long to wait, which is the workflow's to do.
     * An attempt that ended without an answer has still used up its turn: the next one comes half a minute later.
     */
    async createExtractionJob(input: ExtractionDay): Promise<CreatedExtraction> {
      const { tenant: name, dataset, day, claimant } = input;
      const { cxone, tuning } = tenants(name);
      const { secondsApart } = tuning.extract;
      const turn = await takeTurn(dependencies, name, claimant, secondsApart);
      if (turn.status === 'held' || turn.status === 'queued')
        return { status: 'wait', why: 'held', waitMs: Math.min(heldWaitMs, pauseOf(secondsApart)) };
      if (turn.status === 'too soon') return { status: 'wait', why: 'too soon', waitMs: turn.waitMs };
      try {
        const jobId = await cxone.extraction.createJob(
          {
            entity: entities[dataset],
            version: versionOf(tuning, dataset),
            from: day,
            to: day,
            recentJob: isRecent(turn),
          },
          cancellationSignal(),
        );
        await store.extractionSlots.answered(name, claimant, 'made');
        await store.extractions.begin({ ...input, jobId }, turn.askedAt);
        return { status: 'created', jobId, lookAfterMs: Math.min(firstLookMs, pauseOf(secondsApart)) };
      } catch (error) {
        if (!(error instanceof CxoneError)) throw error;
        if (error.code !== 'ExtractionBusy') throw retriedAfter(error, pauseOf(secondsApart));
        await store.extractionSlots.answered(name, claimant, 'refused');
        const asked = error.retryAfterMs ?? Infinity;
        return { status: 'wait', why: 'busy', waitMs: Math.min(asked, 2 * pauseOf(secondsApart)) };
      }
    },

    /** How the job stands; costs one small request. Says as well that its run is alive. */
    async lookAtExtractionJob(input: ExtractionJobRef): Promise<SeenExtraction> {
      const { cxone } = tenants(input.tenant);
      if (!(await store.extractionSlots.prolong(input.tenant, input.claimant, leaseSeconds)))
        return { status: 'lost' };
      const job = await pollJob(cxone, input.jobId, { busyMeansRunning: true });
      if (job === null) return { status: 'gone' };
      if (job.status === 'failed' || job.status === 'cancelled') {
        log.warn('CXone could not do an extraction job', { status: job.status, said: job.errorMessage });
        return { status: 'failed', ...(job.errorMessage !== null && { said: job.errorMessage }) };
      }
      return { status: job.status === 'expired' ? 'gone' : job.status };
    },

    /**
     * Loads what a job has brought: asks for its address, valid for half a minute, and stores the rows as they come, some
     * thousands in one transaction. An attempt that begins again finds stored what the one before brought.
     */
    async loadExtraction(input: ExtractionJobRef): Promise<LoadedExtraction> {
      const { cxone } = tenants(input.tenant);
      const before = await store.extractions.find(input);
      // What a worker stored but could not report, because it ended.
      if (before?.jobId === input.jobId && isLoaded(before)) return toLoaded(before);
      // In the queue of the files it may have waited for longer than a turn lasts.
      if (!(await store.extractionSlots.prolong(input.tenant, input.claimant, leaseSeconds)))
        return { status: 'lost' };
      try {
        // Before the link is asked for, which must be used at once.
        await store.extractions.startOver(input);
        const job = await pollJob(cxone, input.jobId, { busyMeansRunning: false });
        if (job === null || job.url === null) return { status: 'gone' };
        const counts = await loadFile(dependencies, {
          job: input,
          cxone,
          url: job.url,
          entity: entities[input.dataset],
          leaseSeconds,
        });
        return toLoaded(await store.extractions.finish(input, counts, latenessMinutes));
      } catch (error) {
        if (error instanceof StoreError && error.code === 'ExtractionNotHeld') return { status: 'lost' };
        const expired = error instanceof CxoneError && error.code === 'ExtractionLinkExpired';
        if (expired && (await countedAttempts(store.waits)) >= linksAtMost) return { status: 'gone' };
        throw error;
      }
    },

    /** Notes that the day is not loaded, and gives the tenant's turn to others. */
    async endExtraction({ status, errorCode, ...day }: EndExtractionInput): Promise<void> {
      await store.extractionSlots.release(day.tenant, day.claimant);
      await store.extractions.close(day, day.claimant, status, errorCode);
    },
  };
}

/** Asks for the turn, also of a run that has ended without giving it back. */
async function takeTurn(
  { store, isRunning }: Pick<ExtractionDependencies, 'store' | 'isRunning'>,
  tenant: string,
  claimant: Claimant,
  secondsApart: number,
): Promise<SlotClaim> {
  const terms = { leaseSeconds, secondsApart };
  const turn = await store.extractionSlots.claim(tenant, claimant, terms);
  if (turn.status !== 'held') return turn;
  // Only one run of an id is open at a time: a holder of our own id is an earlier run, ended without giving it back.
  const ended = turn.by.workflowId === claimant.workflowId || !(await isRunning(turn.by));
  if (!ended) return turn;
  log.info('taking over the turn of a run that is gone', { holder: turn.by.workflowId });
  return store.extractionSlots.claim(tenant, claimant, terms, turn.by);
}

/** Whether a job was made only a short while ago; an earlier attempt may have made one whose id was never received. */
function isRecent({
  askedAt,
  lastJobAt,
}: {
  readonly askedAt: Date;
  readonly lastJobAt: Date | null;
}): boolean {
  if (activityInfo().attempt > 1) return true;
  return lastJobAt !== null && askedAt.getTime() - lastJobAt.getTime() < recentMs;
}

/** Null when CXone does not know the job, or no more. */
async function pollJob(
  cxone: CxoneClient,
  jobId: string,
  { busyMeansRunning }: { readonly busyMeansRunning: boolean },
): Promise<ExtractionJob | null> {
  try {
    return await cxone.extraction.job(jobId, cancellationSignal());
  } catch (error) {
    if (!(error instanceof CxoneError)) throw error;
    if (error.code === 'NotFound') return null;
    if (error.code === 'ExtractionBusy' && busyMeansRunning)
      return { status: 'running', errorMessage: null, url: null };
    throw error;
  }
}

function versionOf({ extract }: Tenant['tuning'], dataset: ExtractionDay['dataset']): string {
  return dataset === 'evaluations' ? extract.evaluationsVersion : extract.interactionMetadataVersion;
}

/**
 * The same error, retried when the turn that it has used up is over: an earlier attempt would not get as far as asking
 * CXone, and the error would never be seen.
 */
function retriedAfter(error: CxoneError, pauseMs: number): CxoneError {
  const { code, message, status, remedy, retryAfterMs = 0 } = error;
  // When a quota has room, our own limiter has counted.
  if (!error.retryable || errorTable[code].quota === 'ours') return error;
  return new CxoneError(code, message, { status, remedy, retryAfterMs: Math.max(retryAfterMs, pauseMs) });
}

/** In ms; also where jobs may follow each other at once, CXone is not asked without a pause. */
function pauseOf(secondsApart: number): number {
  return Math.max(500, secondsApart * 1_000);
}

function isLoaded({ status }: ExtractionRow): boolean {
  return status === 'complete' || status === 'unfinished';
}

function toLoaded(row: ExtractionRow): LoadedDay {
  const status = row.status === 'complete' ? 'complete' : 'unfinished';
  return {
    status,
    ...figuresOf(row, ['records', 'inserted', 'updated', 'unchanged', 'rejected', 'absent']),
  };
}
