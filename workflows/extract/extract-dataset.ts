import { ContinueAsNew, setHandler, workflowInfo } from '@temporalio/workflow';
import { extractDay } from './extract-day';
import { extractDays } from './extract-days';
import { type ExtractInput, type ExtractPlan, planExtraction } from './extract-input';
import { type ExtractProgress, extractProgressQuery, type ExtractReport } from './extract-messages';
import { labelExtraction, showExtracted, showExtraction, showExtractionFailure } from './extract-progress';
import type { CarriedExtraction } from './extract-run';
import { newReport } from './extract-state';
import { causeOf, failRun, refuseInvalidInput } from '../failures';

/**
 * Brings in a dataset of Data Extraction (contract §10), day by day: a run for each, that has CXone make a file and loads
 * it. One day is done by the run itself, several by children one after the other.
 *
 * @returns what was loaded; `complete` only when every day is, its last rows included.
 * @throws ApplicationFailure, non-retryable: `InvalidInput`, or the code of a cause that was aborted or not fixed in
 * time.
 */
export async function extractDataset(
  input: ExtractInput,
  carried?: CarriedExtraction,
): Promise<ExtractReport> {
  const plan = refuseInvalidInput(() => readPlan(input, carried));
  let progress: ExtractProgress = {
    ...(carried?.range?.report ?? newReport(plan)),
    stage: 'begin',
    day: null,
    waitsFor: [],
  };
  const advance = (change: Partial<ExtractProgress>): void => {
    progress = { ...progress, ...change };
    if (progress.waitsFor.length === 0) showExtraction(plan, progress);
  };
  setHandler(extractProgressQuery, () => progress, { description: 'How far the extraction has come' });
  if (!carried) labelExtraction(plan);
  showExtraction(plan, progress);
  try {
    const report =
      plan.days === 1
        ? await extractDay(input, plan, {
            onStage: (stage) => advance({ stage, day: plan.from }),
            onWait: (waitsFor) => advance({ waitsFor }),
            wasParked: carried?.parked ?? false,
          })
        : await extractDays(
            input,
            plan,
            carried?.range ?? { next: plan.from, report: newReport(plan) },
            (now, day) => advance({ ...now, day, stage: 'days' }),
          );
    progress = { ...progress, ...report, stage: 'done', day: null, waitsFor: [] };
    showExtracted(plan, report);
    return report;
  } catch (error) {
    if (error instanceof ContinueAsNew) throw error;
    showExtractionFailure(plan, causeOf(error));
    return failRun(error);
  }
}

function readPlan(input: ExtractInput, carried: CarriedExtraction | undefined): ExtractPlan {
  const scheduled = workflowInfo().searchAttributes['TemporalScheduledStartTime']?.[0];
  const start = scheduled instanceof Date ? scheduled : workflowInfo().startTime;
  if (!carried) return planExtraction(input, start);
  const { lastDays: _days, ...rest } = input;
  return planExtraction({ ...rest, from: carried.from, to: carried.to }, start);
}
