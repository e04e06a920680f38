import { setCurrentDetails, upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import type { LookupProblem, WindowReport } from '../../activities/types';
import { type Cause, errorRow } from '../../errors';
import { stamp } from '../ids';
import type { SyncWindow } from '../inputs';
import { markdownText } from '../markdown';
import type { Parked } from '../parked';
import { showCause, showWaiting, triggerOf } from '../run-details';
import { type RunStatus, searchAttributeKeys as keys } from '../search-attributes';
import type { Progress } from './window-state';

/**
 * Makes a run findable from its first task on, also one started by hand in Web UI. Its form offers the labels of the
 * run before, so what belongs to another run is taken off.
 */
export function labelRun(window: SyncWindow): void {
  const { parent, typedSearchAttributes } = workflowInfo();
  const backfillId = typedSearchAttributes.get(keys.backfillId);
  upsertSearchAttributes([
    { key: keys.tenant, value: window.tenant },
    { key: keys.status, value: 'Running' satisfies RunStatus },
    { key: keys.trigger, value: triggerOf() },
    { key: keys.backfillId, value: parent && backfillId ? backfillId : null },
    { key: keys.windowStart, value: window.from },
    { key: keys.windowEnd, value: window.to },
    { key: keys.errorType, value: null },
    { key: keys.contacts, value: null },
    { key: keys.recordings, value: null },
    { key: keys.rejected, value: null },
  ]);
}

/** Shows where the run stands. Costs no history event. */
export function showProgress(window: SyncWindow, progress: Progress, status?: RunStatus): void {
  if (status) {
    upsertSearchAttributes([
      { key: keys.status, value: status },
      { key: keys.errorType, value: null },
    ]);
  }
  const of = progress.expected === null ? '' : ` of ${count(progress.expected)}`;
  const lines = [
    heading(window),
    '',
    `- Stage: **${progress.stage}**`,
    `- Contacts: ${count(progress.contacts)}${of} in ${count(progress.pages)} pages, ${count(progress.rejected)} rejected`,
    `- Agents: ${count(progress.agents)}`,
    `- Reference data: ${count(progress.lookups.rows)}`,
    `- Recordings: ${count(progress.recordings.stored)} stored, ${count(progress.recordings.pending)} not there yet, ` +
      `${count(progress.recordings.failed)} failed (${megabytes(progress.bytes)})`,
  ];
  if (progress.round > 0) lines.push(`- Re-read ${progress.round}: the source changed while it was read`);
  lines.push(...adviceOn(progress));
  setCurrentDetails(lines.join('\n'));
}

/** The last word of a run that did its work. */
export function showReport(window: SyncWindow, report: WindowReport, progress: Progress): void {
  const whole = report.status === 'complete';
  upsertSearchAttributes([
    { key: keys.status, value: (whole ? 'Complete' : 'Incomplete') satisfies RunStatus },
    { key: keys.contacts, value: report.fetched },
    { key: keys.recordings, value: report.recordings.stored },
    { key: keys.rejected, value: report.rejected },
  ]);
  const lines = [
    heading(window),
    '',
    `- **${whole ? 'Complete' : 'Incomplete: closed by hand'}**: ${count(report.fetched)} contacts, ${count(report.expected ?? 0)} expected`,
    `- ${count(report.inserted)} new, ${count(report.updated)} changed, ${count(report.unchanged)} unchanged, ` +
      `${count(report.rejected)} rejected, ${count(report.absent)} gone from CXone`,
    `- Recordings: ${count(report.recordings.stored)} stored (${megabytes(report.recordings.bytes)}), ` +
      `${count(report.recordings.pending)} not there yet, ${count(report.recordings.absent)} absent, ` +
      `${count(report.recordings.failed)} failed`,
  ];
  lines.push(...adviceOn(progress));
  setCurrentDetails(lines.join('\n'));
}

/** A run that waits for a person: why, what to do, and what happens when no one answers. */
export function showParked(window: SyncWindow, progress: Progress, parked: Parked): void {
  const { contacts, expected, stage } = progress;
  const of = expected === null ? '' : ` of ${count(expected)}`;
  const closing =
    '- Without that its window cannot be closed in the ledger, not even as incomplete: **skip** attempts that once more, and ' +
    'fails the run if it still cannot';
  showWaiting(heading(window), parked, [
    ...(stage === 'close' ? [closing] : []),
    `- So far: ${stage}, ${count(contacts)}${of} contacts`,
  ]);
}

/** The last word of a run that failed: the cause and what to do. */
export function showFailure(window: SyncWindow, cause: Cause): void {
  showCause(heading(window), cause, 'Then start the same window again; what is stored stays stored.');
}

function heading(window: SyncWindow): string {
  return `### ${window.tenant}: ${stamp(window.from)} – ${stamp(window.to)}`;
}

/** What the service user may not see, one line each. */
function adviceOn({ hiddenAgents, lookups, agentsLeft }: Progress): readonly string[] {
  return [
    ...(hiddenAgents > 0 ? [hiddenAgentsAdvice(hiddenAgents)] : []),
    ...(agentsLeft === undefined
      ? []
      : [`- **Agents left to a later window** (${markdownText(agentsLeft)}): see the parked run`]),
    ...lookups.notRead.map(lookupAdvice),
  ];
}

function lookupAdvice({ list, code }: LookupProblem): string {
  const name = `${list.charAt(0).toUpperCase()}${list.slice(1)}`;
  const refuses = errorRow(code)?.refuses;
  return refuses === 'lookups' || refuses === 'token'
    ? `- **${name}: refused** (missing permission, ${markdownText(code)}); contacts are complete without them`
    : `- **${name}: not read** (${markdownText(code)}); a later window retries, contacts are complete without them`;
}

function hiddenAgentsAdvice(hidden: number): string {
  return (
    `- **CXone hides ${count(hidden)} agents** from the service user: widen its role’s data view ` +
    '(Admin → Employees → View)'
  );
}

function count(n: number): string {
  return String(n).replace(/\B(?=(\d{3})+$)/g, ',');
}

function megabytes(bytes: number): string {
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}
