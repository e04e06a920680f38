import { backfillLine } from '../backfill-report';
import { bar, count } from '../output';
import type { ScheduleLine } from '../schedule/schedules';
import type {
  BackfillStatus,
  ExtractionLine,
  FailureLine,
  GapLine,
  ParkedRun,
  QuotaLine,
  StatusReport,
  TenantStatus,
} from './status-report';

const labelWidth = 12;
const shown = 10;

/** The report as text: a block for each tenant, after what is wrong with Temporal or the workers. */
export function statusLines(report: StatusReport): readonly string[] {
  const now = Date.parse(report.at);
  const { message } = report.temporal;
  return [
    ...(message === null ? [] : [`! ${message}`, '']),
    ...report.tenants.flatMap((tenant, index) => [...(index > 0 ? [''] : []), ...tenantLines(tenant, now)]),
    ...(report.tenants.length === 0 ? ['No tenants in the tenants file.'] : []),
  ];
}

function tenantLines(status: TenantStatus, now: number): readonly string[] {
  const { windows, recordings } = status;
  const allWindows = Object.values(windows).reduce((sum, n) => sum + n, 0);
  const wanted = recordings.stored + recordings.pending + recordings.failed;
  return [
    status.tenant,
    row('lag', lagText(status)),
    row(
      'windows',
      allWindows === 0
        ? 'none yet'
        : `${bar(windows.complete, allWindows)}  ${tally(windows, ['complete', 'running', 'parked', 'failed', 'incomplete'])}`,
    ),
    row(
      'recordings',
      wanted + recordings.absent === 0
        ? 'none yet'
        : `${bar(recordings.stored, wanted)}  ${tally(recordings, ['stored', 'pending', 'failed', 'absent'])}`,
    ),
    ...status.gaps.flatMap((gap) => gapRows(gap, now)),
    ...status.extractions.flatMap((extraction) => extractionRows(extraction, now)),
    ...status.quotas.map((quota) => row('quota', quotaText(quota))),
    ...(status.backfills ?? []).flatMap(backfillRows),
    ...scheduleRows(status.schedules, now),
    ...limited(status.parked, (run) => parkedRows(run, now), 'parked', status.windows.parked),
    ...status.failures.map((failure, index) =>
      row(index === 0 ? 'last errors' : '', failureText(failure, now)),
    ),
  ];
}

function row(label: string, text: string): string {
  return `  ${label.padEnd(labelWidth)}${text}`.trimEnd();
}

function tally<Name extends string>(counts: Readonly<Record<Name, number>>, names: readonly Name[]): string {
  return names
    .filter((name, index) => index < 2 || counts[name] > 0)
    .map((name) => `${count(counts[name])} ${name}`)
    .join(', ');
}

function lagText({ lagSeconds, watermark, gaps, filterWidened }: TenantStatus): string {
  if (lagSeconds === null) return 'never synced live';
  const stored = filterWidened
    ? `changes up to ${watermark} are stored, but under a narrower filter than that of the tenants file`
    : gaps.length > 0
      ? `changes up to ${watermark} are stored, but for what is unread`
      : `everything up to ${watermark} is stored`;
  return `${span(lagSeconds)} behind (${stored})`;
}

function extractionRows(extraction: ExtractionLine, now: number): readonly string[] {
  const { dataset, wanted, lastComplete, complete, running, failed, incomplete, failure } = extraction;
  const days = [
    lastComplete === null
      ? 'no day complete yet'
      : `last complete day ${lastComplete} (${count(complete)} in all)`,
    ...(running > 0 ? [`${count(running)} running`] : []),
    ...(failed > 0 ? [`${count(failed)} failed`] : []),
    ...(incomplete > 0 ? [`${count(incomplete)} given up`] : []),
    ...(wanted ? [] : ['not wanted every night']),
  ];
  return [
    row('extract', `${dataset}  ${days.join(', ')}`),
    ...(failure === null
      ? []
      : [row('', `${failure.day} failed ${ago(failure.at, now)}: ${failure.code ?? 'without a code'}`)]),
  ];
}

function quotaText({
  family,
  used,
  requests,
  perSeconds,
  pace,
  fullPaceAt,
  blockedUntil,
}: QuotaLine): string {
  const name = family.padEnd(10);
  const use =
    used === null || requests === null || perSeconds === null
      ? 'no number known'
      : `${bar(used, requests)}  ${count(used)} of ${count(requests)} requests in ${span(perSeconds)}`;
  return [
    `${name} ${use}`,
    ...(pace < 1 ? [`at ${Math.round(pace * 100)} % of the pace until ${fullPaceAt}`] : []),
    ...(blockedUntil === null ? [] : [`CXone wants no request until ${blockedUntil}`]),
  ].join(', ');
}

const gapReasons: Readonly<Record<GapLine['reason'], string>> = {
  away: 'as CXone no longer tells what changed then',
  filter: 'as the filter was narrower then',
  rejected: 'as too many of its records were rejected',
};

function gapRows(gap: GapLine, now: number): readonly string[] {
  const { reason, missingFrom, missingTo, backfill, underWay, command } = gap;
  return [
    row('unread', `${missingFrom} – ${missingTo}, ${gapReasons[reason]}`),
    row('', gapState(gap, now)),
    ...(underWay === true ? [row('', backfill.url)] : [row('', `→ ${command}`)]),
  ];
}

function gapState({ waits, backfill: { begunAt }, underWay, cancelled }: GapLine, now: number): string {
  if (underWay === true && begunAt !== null)
    return `its backfill was begun ${ago(begunAt, now)} and is under way`;
  if (underWay === true) return 'its backfill is under way';
  if (waits) return 'it is further back than the live sync reads by itself: it is left to you';
  if (begunAt === null) return 'the live sync begins its backfill at its next look';
  const begun = `its backfill was begun ${ago(begunAt, now)}`;
  if (underWay === null) return begun;
  return cancelled
    ? `${begun} and cancelled by hand: it is left to you`
    : `${begun} and has ended; the live sync begins it again once a day`;
}

function backfillRows({ id, url, progress }: BackfillStatus): readonly string[] {
  return [
    row('backfill', id),
    row('', progress === null ? 'no worker answers for it: its progress is unknown' : backfillLine(progress)),
    row('', url),
  ];
}

function scheduleRows(schedules: readonly ScheduleLine[] | null, now: number): readonly string[] {
  if (schedules === null) return [row('schedule', 'unknown')];
  if (schedules.length === 0) return [row('schedule', 'none (npx cxone-sync schedule apply)')];
  return schedules.map(({ id, paused, next, lastRun }, index) => {
    const ahead = next === null ? 'nothing to come' : `next in ${until(next, now)}`;
    const before = lastRun === null ? 'never run' : `last run ${ago(lastRun, now)}`;
    return row(index === 0 ? 'schedule' : '', `${id}  ${paused ? 'paused' : ahead}, ${before}`);
  });
}

function parkedRows(run: ParkedRun, now: number): readonly string[] {
  return [
    row('parked', `${run.id}${run.since === null ? '' : `, ${ago(run.since, now)}`}`),
    row('', `${run.code}: ${run.message}`),
    ...(run.remedy === '' ? [] : [row('', `→ ${run.remedy}`)]),
    row('', run.url),
    row('', `then: npx cxone-sync resume ${run.id}`),
  ];
}

function failureText({ status, code, at, from, to }: FailureLine, now: number): string {
  return `${ago(at, now)}  ${code ?? 'without a code'}  ${from} – ${to}${status === 'incomplete' ? ' (gaps)' : ''}`;
}

/** The first few in full; how many there are besides. */
function limited<T>(
  items: readonly T[],
  rowsOf: (item: T) => readonly string[],
  label: string,
  counted: number,
): readonly string[] {
  const more = Math.max(items.length, counted) - shown;
  return [
    ...items.slice(0, shown).flatMap(rowsOf),
    ...(more > 0 ? [row(label, `and ${count(more)} more`)] : []),
  ];
}

const until = (instant: string, now: number): string => span((Date.parse(instant) - now) / 1_000);
const ago = (instant: string, now: number): string => `${span((now - Date.parse(instant)) / 1_000)} ago`;

/** Seconds in the two largest units that say something; what is past or to come by a little is `0 s`. */
export function span(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const units: readonly (readonly [string, number])[] = [
    ['d', 86_400],
    ['h', 3_600],
    ['min', 60],
    ['s', 1],
  ];
  const first = units.findIndex(([, size]) => whole >= size);
  if (first < 0) return '0 s';
  let left = whole;
  const parts = units.slice(first, first + 2).map(([name, size]) => {
    const n = Math.floor(left / size);
    left -= n * size;
    return { n, text: `${n} ${name}` };
  });
  return parts
    .filter(({ n }) => n > 0)
    .map(({ text }) => text)
    .join(' ');
}
