import {
  CancellationScope,
  ContinueAsNew,
  continueAsNew,
  getExternalWorkflowHandle,
  isCancellation,
  workflowInfo,
} from '@temporalio/workflow';
import type { ExtractionDay, LoadedDay } from '../../activities/extraction/types';
import { api, finalActivities, store } from '../activity-proxies';
import type { ExtractInput, ExtractPlan } from './extract-input';
import { loadDay } from './extract-job';
import {
  type DayEnded,
  dayEndedSignal,
  type ExtractReport,
  type ExtractStage,
  noRows,
} from './extract-messages';
import { showExtractionGoesOn, showExtractionParked } from './extract-progress';
import type { ExtractDatasetRun } from './extract-run';
import { newReport, withDay, withSkipped } from './extract-state';
import type { Cause, ReadCode } from '../../errors';
import { causeOf } from '../failures';
import { createParking, goesOnAfterReset, tenantParkTimeout } from '../parking';

/** What the run of a day shows of itself. */
export interface DayWatch {
  readonly onStage: (stage: ExtractStage) => void;
  readonly onWait: (causes: readonly Cause[]) => void;
  /** Whether the run that this one continues has waited for a person: the range it belongs to waits for its end then. */
  readonly wasParked: boolean;
}

/**
 * Brings in one day of a dataset, unless it is complete in the ledger. Parks for what only a person can fix. While it is
 * parked, and when it fails, the tenant's one job is free for others.
 */
export async function extractDay(
  input: ExtractInput,
  plan: ExtractPlan,
  { onStage, onWait, wasParked }: DayWatch,
): Promise<ExtractReport> {
  const { tenant, dataset, from, to } = plan;
  const day = dayOf(plan);
  let loaded: LoadedDay | undefined;
  let skipped = false;
  const parking = createParking({
    ...tenantParkTimeout(tenant),
    onParkedChange: async (waiting) => {
      onWait(waiting?.causes ?? []);
      if (!waiting) return showExtractionGoesOn();
      showExtractionParked(plan, waiting);
      await notifyRange({ ...noRows, day: from, outcome: 'parked', ...codeOf(waiting.causes[0]) });
    },
  });

  const parked = (): boolean => wasParked || parking.times() > 0;

  const extract = async (): Promise<void> => {
    if (!plan.force) {
      const complete = await store.findExtracted.executeWithOptions({ summary: 'is it there already?' }, [
        { tenant, dataset, from, to },
      ]);
      skipped = complete.length > 0;
      if (skipped) return;
    }
    // After an operator has fixed something, credentials that CXone refused before are sent again.
    await api.authenticate({ tenant, anew: parking.times() > 0 || goesOnAfterReset() });
    // Waiting for a turn again and again makes a long history.
    if (workflowInfo().continueAsNewSuggested)
      await continueAsNew<ExtractDatasetRun>({ ...input, force: true }, { from, to, parked: parked() });
    try {
      loaded = await loadDay(day, { onStage });
    } catch (error) {
      await endUnfinished(day, 'failed', causeOf(error).code);
      throw error;
    }
  };

  try {
    const outcome = await parking.run([extract]);
    if (outcome === 'skipped') await endUnfinished(day, 'incomplete', 'ExtractionIncomplete');
  } catch (error) {
    if (parked() && !(error instanceof ContinueAsNew)) {
      await CancellationScope.nonCancellable(() =>
        notifyRange({ ...noRows, day: from, outcome: 'failed', code: causeOf(error).code }),
      );
    }
    throw error;
  }
  if (skipped) return withSkipped(newReport(plan), 1);
  const news: DayEnded = loaded
    ? { ...loaded, day: from, outcome: loaded.status }
    : { ...noRows, day: from, outcome: 'incomplete', code: 'ExtractionIncomplete' };
  if (parked()) await notifyRange(news);
  return withDay(newReport(plan), news);
}

/** The day as activities take it: continue-as-new and reset keep the id of the first run. */
function dayOf({ tenant, dataset, from }: ExtractPlan): ExtractionDay {
  const { workflowId, firstExecutionRunId: runId } = workflowInfo();
  return { tenant, dataset, day: from, claimant: { workflowId, runId } };
}

/**
 * Notes in the ledger that the day is not loaded, and gives the tenant's turn to others. Also when the run is cancelled,
 * and even when the database is what failed: an unused turn ends by itself.
 */
async function endUnfinished(
  day: ExtractionDay,
  status: 'incomplete' | 'failed',
  errorCode: ReadCode,
): Promise<void> {
  await CancellationScope.nonCancellable(async () => {
    try {
      await finalActivities.endExtraction({ ...day, status, errorCode });
    } catch (error) {
      if (isCancellation(error)) throw error;
    }
  });
}

/** Notifies the run of the range that started this one, if one did. */
async function notifyRange(news: DayEnded): Promise<void> {
  const { parent } = workflowInfo();
  if (!parent) return;
  const { day, outcome, code, records, inserted, updated, unchanged, rejected, absent } = news;
  const ended = { day, outcome, records, inserted, updated, unchanged, rejected, absent };
  try {
    await getExternalWorkflowHandle(parent.workflowId).signal(dayEndedSignal, {
      ...ended,
      ...(code === undefined ? {} : { code }),
    });
  } catch {
    // The range has ended: there is no run to notify.
  }
}

function codeOf(cause: Cause | undefined): { readonly code?: ReadCode } {
  return cause === undefined ? {} : { code: cause.code };
}
