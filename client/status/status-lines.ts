import { backfillLine } from '../backfill/report';
import { bar, count, span } from '../command/output';
import { type PlaybackReport, playbackText } from '../command/recorded-calls';
import type { ScheduleLine } from '../schedule/schedules';
import {
  type BackfillStatus,
  type ExtractionLine,
  type FailureLine,
  type GapLine,
  isAhead,
  type Misconfigured,
  type OrphanedSchedule,
  type ParkedRun,
  type QuotaLine,
  type StatusReport,
  type TenantStatus,
} from './status-report';

const labelWidth = 12;
const shown = 10;
/** A watermark that was set back is shown for a week. */
const shownForMs = 7 * 86_400_000;

/** The report as text: a block for each tenant, after what is wrong with Temporal or the workers. */
export function statusLines(report: StatusReport): readonly string[] {
  const now = Date.parse(report.at);
  const { message } = report.temporal;
  return [
    ...(message === null ? [] : [`! ${message}`, '']),
    ...orphanLines(report.orphaned),
    ...report.tenants.flatMap((tenant, index) => [...(index > 0 ? [''] : []), ...tenantLines(tenant, now)]),
    ...(report.tenants.length === 0 ? ['No tenants in the tenants file.'] : []),
  ];
}

function orphanLines(orphaned: readonly OrphanedSchedule[]): readonly string[] {
  if (orphaned.length === 0) return [];
  const named = orphaned.slice(0, shown).map(({ id, paused }) => `    ${id}${paused ? ' (paused)' : ''}`);
  const more = orphaned.length - named.length;
  return [
    '! Temporal holds schedules of tenants that are not in the tenants file, renamed or removed; their runs fail:',
    ...named,
    ...(more > 0 ? [`    and ${count(more)} more`] : []),
    '  → npx cxone-sync schedule remove --orphaned',
    '',
  ];
}

function tenantLines(status: TenantStatus, now: number): readonly string[] {
  const { windows, recordings } = status;
  const allWindows = Object.values(windows).reduce((sum, n) => sum + n, 0);
  const wanted = recordings.stored + recordings.pending + recordings.failed;
  return [
    status.tenant,
    ...(status.misconfigured ? misconfiguredRows(status.misconfigured, now) : []),
    row('lag', lagText(status)),
    ...clockRows(status, now),
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
    ...(recordings.unlikely > 0
      ? [row('', `${count(recordings.unlikely)} calls that probably have none wait until quota is left`)]
      : []),
    ...playbackRows(status.playback),
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

function misconfiguredRows({ code, seenBy, at, problems }: Misconfigured, now: number): readonly string[] {
  const where =
    seenBy === 'status'
      ? 'in this tenants file'
      : `in the workers’ tenants file, ${at === null ? '' : ago(at, now)}`;
  return [
    row('entry', `${code} ${where}: its runs park`),
    ...problems.map((problem) => row('', problem)),
    row('', '→ Correct the entry, restart the workers, then resume what is parked.'),
  ];
}

function row(label: string, text: string): string {
  return `  ${label.padEnd(labelWidth)}${text}`.trimEnd();
}

function playbackRows(playback: PlaybackReport): readonly string[] {
  const text = playbackText(playback);
  if (text === null) return [];
  return [row('playback', text), ...(playback.advice ? [row('', `→ ${playback.advice.message}`)] : [])];
}

function tally<Name extends string>(counts: Readonly<Record<Name, number>>, names: readonly Name[]): string {
  return names
    .filter((name, index) => index < 2 || counts[name] > 0)
    .map((name) => `${count(counts[name])} ${name}`)
    .join(', ');
}

/** Which clock is wrong, and what a wrong one has done. */
function clockRows({ clock, setBack }: TenantStatus, now: number): readonly string[] {
  return [
    ...(clock === null ? [] : [row('clock', `! ${clock.code}: ${clock.message}`)]),
    ...(setBack === null || now - Date.parse(setBack.at) > shownForMs
      ? []
      : [
          row(
            'watermark',
            `set back ${ago(setBack.at, now)} from ${setBack.from} to ${setBack.to}, as it was ahead`,
          ),
          row('', 'of CXone’s clock; what changed since is being read again'),
        ]),
  ];
}

function lagText(status: TenantStatus): string {
  const { lagSeconds, watermark, gaps, filterWidened } = status;
  if (lagSeconds === null) return 'never synced live';
  if (isAhead(lagSeconds)) {
    return `! the watermark ${watermark} is ${span(-lagSeconds)} in the future: a wrong clock has set it, and the next run of the live sync sets it back`;
  }
  if (filterWidened === null)
    return `${span(lagSeconds)} behind (changes up to ${watermark} are stored; its filter is not known)`;
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
    ...(wanted === false ? ['not wanted every night'] : []),
    ...(wanted === null ? ['not known whether it is wanted every night'] : []),
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
  away: 'as CXone no longer reports what changed then',
  filter: 'as the filter was narrower then',
  rejected: 'as too many of its records were rejected',
};

function gapRows(gap: GapLine, now: number): readonly string[] {
  const { reason, missingFrom, missingTo, atMost, backfill, underWay, command } = gap;
  return [
    row('unread', `${atMost ? 'at most ' : ''}${missingFrom} – ${missingTo}, ${gapReasons[reason]}`),
    row('', gapState(gap, now)),
    ...(underWay === true ? [row('', backfill.url)] : [row('', `→ ${command}`)]),
  ];
}

function gapState({ waits, backfill: { begunAt }, underWay, cancelled }: GapLine, now: number): string {
  if (underWay === true && begunAt !== null)
    return `its backfill was begun ${ago(begunAt, now)} and is under way`;
  if (underWay === true) return 'its backfill is under way';
  if (waits) return 'it is further back than the live sync reads by itself: it is left to you';
  if (begunAt === null) return 'the live sync begins its backfill at its next run';
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

/** The first few in full, and how many more there are. */
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
