import type { BackfillProgress, BackfillReport } from '../../workflows/backfill/backfill-progress';
import { bar, count, duration } from '../command/output';

/** A backfill's progress in one line. */
export function backfillLine(progress: BackfillProgress): string {
  const { complete, skipped, windows, running, failed, parked, contactsPerSecond, etaSeconds } = progress;
  const parts = [
    `${progress.stage.padEnd(10)} ${bar(complete + skipped, windows)} ${count(complete + skipped)} of ${count(windows)} windows`,
    `${running} running`,
    `${count(progress.remaining)} to come`,
    ...(failed > 0 ? [`${count(failed)} failed`] : []),
    ...(parked > 0 ? [`${count(parked)} parked`] : []),
    ...(skipped > 0 ? [`${count(skipped)} skipped`] : []),
    `${count(progress.contacts)} contacts${contactsPerSecond === null ? '' : ` (${count(contactsPerSecond)}/s)`}`,
    `${count(progress.recordings)} recordings`,
    ...(etaSeconds === null ? [] : [`about ${duration(etaSeconds * 1_000)} left`]),
    `bound by ${progress.boundBy}`,
  ];
  return parts.join(', ');
}

/** A backfill's end, or where it stands, in a few lines. */
export function backfillLines(report: BackfillReport): readonly string[] {
  return [
    `windows     ${count(report.complete + report.skipped)} of ${count(report.windows)} complete ` +
      `(${count(report.skipped)} were so before), ${count(report.failedWindows)} failed, ${count(report.parked.length)} parked`,
    `contacts    ${count(report.contacts)}`,
    `recordings  ${count(report.recordings)} stored`,
    ...report.failed.map(({ from, to, code }) => `failed      ${from} – ${to}  ${code}`),
    ...(report.failedWindows > report.failed.length
      ? [`failed      and ${count(report.failedWindows - report.failed.length)} more: the ledger names them`]
      : []),
    ...report.parked.map(({ from, to }) => `parked      ${from} – ${to}`),
  ];
}
