import type { ExtractProgress, ExtractReport } from '../../workflows/extract/extract-messages';
import { bar, count } from '../command/output';

/** How far an extraction is, in one line. */
export function extractLine(progress: ExtractProgress): string {
  const { stage, day, days, complete, skipped, failedDays, parked } = progress;
  return [
    `${stage.padEnd(6)} ${day ?? ''}`.trimEnd(),
    ...(days > 1
      ? [`${bar(complete + skipped, days)} ${count(complete + skipped)} of ${count(days)} days`]
      : []),
    ...(failedDays > 0 ? [`${count(failedDays)} failed`] : []),
    ...(parked.length > 0 ? [`${count(parked.length)} parked`] : []),
    `${count(progress.records)} rows`,
  ].join(', ');
}

/** The end of an extraction in a few lines. */
export function extractLines(report: ExtractReport): readonly string[] {
  const { days, complete, skipped, unfinished } = report;
  return [
    `days        ${count(complete + skipped)} of ${count(days)} complete (${count(skipped)} were so before), ` +
      `${count(unfinished)} unfinished, ${count(report.failedDays)} failed, ${count(report.parked.length)} parked`,
    `rows        ${count(report.records)}: ${count(report.inserted)} new, ${count(report.updated)} changed, ` +
      `${count(report.unchanged)} unchanged, ${count(report.rejected)} rejected, ${count(report.absent)} gone from CXone`,
    ...report.failed.map(({ day, code }) => `failed      ${day}  ${code}`),
    ...(report.failedDays > report.failed.length
      ? [`failed      and ${count(report.failedDays - report.failed.length)} more: the ledger names them`]
      : []),
    ...report.parked.map((day) => `parked      ${day}`),
  ];
}
