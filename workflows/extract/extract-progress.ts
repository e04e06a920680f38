import { setCurrentDetails, upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import type { ExtractPlan } from './extract-input';
import type { ExtractProgress, ExtractReport } from './extract-messages';
import type { Cause } from '../../errors';
import { extractSummary } from '../ids';
import { markdownText } from '../markdown';
import type { Parked } from '../parked';
import { showCause, showWaiting } from '../run-details';
import {
  type RunStatus,
  type RunTrigger,
  scheduledById,
  searchAttributeKeys as keys,
} from '../search-attributes';

/** Makes a run findable, also one started by hand; labels of another run are taken off. */
export function labelExtraction(plan: ExtractPlan): void {
  upsertSearchAttributes([
    { key: keys.tenant, value: plan.tenant },
    { key: keys.status, value: 'Running' satisfies RunStatus },
    { key: keys.trigger, value: triggerOf() },
    { key: keys.windowStart, value: new Date(plan.from) },
    { key: keys.windowEnd, value: new Date(plan.to) },
    { key: keys.backfillId, value: null },
    { key: keys.errorType, value: null },
    { key: keys.contacts, value: null },
    { key: keys.recordings, value: null },
    { key: keys.rejected, value: null },
  ]);
}

/** Who started the run; the run of a range labels those of its days. */
export function triggerOf(): RunTrigger {
  const { parent, typedSearchAttributes } = workflowInfo();
  const label = parent ? typedSearchAttributes.get(keys.trigger) : undefined;
  if (label === 'schedule' || label === 'manual') return label;
  return typedSearchAttributes.get(scheduledById) === undefined ? 'manual' : 'schedule';
}

/** Shows where the run stands. Costs no history event. */
export function showExtraction(plan: ExtractPlan, progress: ExtractProgress): void {
  setCurrentDetails(
    [
      heading(plan),
      '',
      `- Stage: **${progress.stage}**${progress.day === null ? '' : ` (${progress.day})`}`,
      ...linesOf(progress),
    ].join('\n'),
  );
}

/** The last word of a run that did its work. */
export function showExtracted(plan: ExtractPlan, report: ExtractReport): void {
  const whole = report.status === 'complete';
  upsertSearchAttributes([
    { key: keys.status, value: (whole ? 'Complete' : 'Incomplete') satisfies RunStatus },
    { key: keys.rejected, value: report.rejected },
    { key: keys.errorType, value: report.failed[0]?.code ?? null },
  ]);
  setCurrentDetails(
    [
      heading(plan),
      '',
      `- **${whole ? 'Complete' : 'Incomplete'}**`,
      ...linesOf(report),
      ...(report.failedDays > 0
        ? ['- When the cause is fixed, start it again: what is complete is skipped']
        : []),
    ].join('\n'),
  );
}

/** A run that waits for a person, or goes on after it did. */
export function showExtractionParked(plan: ExtractPlan, parked: Parked): void {
  showWaiting(heading(plan), parked, []);
}

export function showExtractionGoesOn(): void {
  upsertSearchAttributes([
    { key: keys.status, value: 'Running' satisfies RunStatus },
    { key: keys.errorType, value: null },
  ]);
}

/** The last word of a run that failed. */
export function showExtractionFailure(plan: ExtractPlan, cause: Cause): void {
  showCause(
    heading(plan),
    cause,
    'Then start the same days again, or `npx cxone-sync resume` with the id of the run; what is stored stays stored.',
  );
}

function linesOf(report: ExtractReport): readonly string[] {
  const { days, complete, skipped, unfinished } = report;
  return [
    ...(days > 1
      ? [
          `- Days: ${complete + skipped} of ${days} complete (${skipped} were so before), ${report.failedDays} failed, ` +
            `${report.parked.length} parked`,
        ]
      : []),
    `- ${report.records} rows: ${report.inserted} new, ${report.updated} changed, ${report.unchanged} unchanged, ` +
      `${report.rejected} rejected, ${report.absent} gone from CXone`,
    ...(unfinished > 0 ? ['- The last day was not over: its later rows come with its next reading'] : []),
    ...report.failed.slice(0, 10).map(({ day, code }) => `- Failed: ${day}: **${markdownText(code)}**`),
    ...report.parked.slice(0, 10).map((day) => `- Parked: ${day}`),
  ];
}

function heading(plan: ExtractPlan): string {
  return `### ${extractSummary(plan)}`;
}
