import type { WindowReport } from '../../activities/types';
import type { Progress } from '../../workflows/window/window-state';
import { bar, count, duration, size } from '../command/output';

/** A window's progress in one line. */
export function progressLine(progress: Progress): string {
  const { stage, contacts, expected, recordings } = progress;
  const of = expected === null ? '' : ` of ${count(expected)}`;
  const reread = progress.round > 0 ? `, re-read ${progress.round}` : '';
  const rest = recordings.stored + recordings.pending > 0 ? `, ${count(recordings.stored)} recordings` : '';
  return `${stage.padEnd(12)} ${bar(contacts, expected)} ${count(contacts)}${of} contacts${reread}${rest}`;
}

/** A closed window in a few lines. */
export function reportLines(report: WindowReport): readonly string[] {
  const { recordings } = report;
  return [
    `contacts    ${count(report.fetched)} of ${count(report.expected ?? 0)} expected: ${count(report.inserted)} new, ` +
      `${count(report.updated)} changed, ${count(report.unchanged)} unchanged, ${count(report.rejected)} rejected, ` +
      `${count(report.absent)} gone from CXone`,
    `recordings  ${count(recordings.stored)} stored (${size(recordings.bytes)}), ${count(recordings.pending)} not there ` +
      `yet, ${count(recordings.absent)} absent, ${count(recordings.failed)} failed`,
    ...(report.lookupsNotRead ?? []).map(
      ({ list, code }) =>
        `reference   ${list} could not be read (${code}); contacts are complete without them`,
    ),
    `took        ${duration(report.durationMs)}, ${count(report.pages)} pages, ${count(report.rereads)} re-reads`,
  ];
}
