import { setCurrentDetails, upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import type { Cause, Explained } from '../errors';
import { stamp } from './ids';
import { markdownText } from './markdown';
import type { Parked } from './parked';
import {
  type RunStatus,
  type RunTrigger,
  scheduledById,
  searchAttributeKeys as keys,
} from './search-attributes';

/** Who started the run: itself by schedule, or as a child of a run that was, or of a backfill. */
export function triggerOf(): RunTrigger {
  const { parent, typedSearchAttributes } = workflowInfo();
  if (parent && typedSearchAttributes.get(keys.backfillId)) return 'backfill';
  const scheduled = typedSearchAttributes.get(scheduledById) !== undefined;
  return parent || scheduled ? 'schedule' : 'manual';
}

/** Labels a run that belongs to a tenant and to no window. */
export function labelTenantRun(tenant: string): void {
  upsertSearchAttributes([
    { key: keys.tenant, value: tenant },
    { key: keys.status, value: 'Running' satisfies RunStatus },
    { key: keys.trigger, value: triggerOf() },
    { key: keys.errorType, value: null },
  ]);
}

/** Shows what such a run does, or did when it says so. */
export function showTenantRun(tenant: string, what: string, status?: RunStatus): void {
  if (status) {
    upsertSearchAttributes([
      { key: keys.status, value: status },
      { key: keys.errorType, value: null },
    ]);
  }
  setCurrentDetails([`### ${tenant}`, '', `- ${status ? `**${status}**: ` : ''}${what}`].join('\n'));
}

/** The last word of such a run that failed. */
export function showTenantFailure(tenant: string, cause: Cause): void {
  showCause(`### ${tenant}`, cause, 'The next run goes on from where this one began.');
}

/** A run of a tenant that waits for a person. */
export function showTenantParked(tenant: string, parked: Parked): void {
  showWaiting(`### ${tenant}`, parked, []);
}

/** A run that waits for a person, under a title of its own. */
export function showWaiting(
  title: string,
  { causes, since, retryAt, until }: Parked,
  lines: readonly string[],
): void {
  upsertSearchAttributes([
    { key: keys.status, value: 'AwaitingOperator' satisfies RunStatus },
    { key: keys.errorType, value: causes[0]?.code ?? 'Unexpected' },
  ]);
  setCurrentDetails(
    [
      title,
      '',
      `- **Waiting for operator** since ${toTheSecond(since)}`,
      ...causes.flatMap((cause) => explanation(cause, `**${markdownText(cause.code)}**: `)),
      '- Then send the update **resume** (_More Actions → Send an Update_); **skip** ends without what is missing, ' +
        '**abort** fails the run',
      ...(retryAt === null ? [] : [`- Tries again by itself at ${toTheSecond(retryAt)}`]),
      `- Fails by itself at ${toTheSecond(until)}`,
      ...lines,
    ].join('\n'),
  );
}

/** The last word of a run that failed, under a title of its own. */
export function showCause(title: string, cause: Cause, afterwards: string): void {
  upsertSearchAttributes([
    { key: keys.status, value: 'Failed' satisfies RunStatus },
    { key: keys.errorType, value: cause.code },
  ]);
  setCurrentDetails(
    [title, '', `- **Failed**: ${markdownText(cause.code)}`, ...explanation(cause), `- ${afterwards}`].join(
      '\n',
    ),
  );
}

/** What happened and what to do about it: a line each. */
export function explanation({ message, remedy }: Explained, head = ''): readonly string[] {
  return [`- ${head}${markdownText(message)}`, ...(remedy ? [`- What to do: ${markdownText(remedy)}`] : [])];
}

function toTheSecond(moment: number): string {
  return stamp(new Date(moment - (moment % 1_000)));
}
