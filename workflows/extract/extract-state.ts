import type { ExtractPlan } from './extract-input';
import {
  type DayEnded,
  type DayOutcome,
  type ExtractCounts,
  type ExtractReport,
  noRows,
} from './extract-messages';
import { nextDay } from '../ids';

/** Failures that keep their codes; the ledger has them all. */
const failuresKept = 50;

/** A report of nothing yet. */
export function newReport({ dataset, from, to, days }: ExtractPlan): ExtractReport {
  return {
    ...noRows,
    status: 'incomplete',
    dataset,
    from,
    to,
    days,
    complete: 0,
    skipped: 0,
    unfinished: 0,
    failedDays: 0,
    failed: [],
    parked: [],
  };
}

/** Takes note of how a day ended, or that it is parked. A parked day that goes on is reported once more. */
export function withDay(report: ExtractReport, news: DayEnded): ExtractReport {
  const { day, outcome, code = 'Unexpected' } = news;
  const others = report.parked.filter((one) => one !== day);
  if (outcome === 'parked') return settled({ ...report, parked: [...others, day] });
  const counted = addRows(report, news);
  const ended = { ...report, ...counted, parked: others };
  if (outcome === 'complete') return settled({ ...ended, complete: report.complete + 1 });
  if (outcome === 'unfinished') return settled({ ...ended, unfinished: report.unfinished + 1 });
  const failed = [...report.failed, { day, code }].slice(0, failuresKept);
  return settled({ ...ended, failedDays: report.failedDays + 1, failed });
}

/** Takes note of days that were complete before. */
export function withSkipped(report: ExtractReport, skipped: number): ExtractReport {
  return settled({ ...report, skipped: report.skipped + skipped });
}

/** The outcome of a run of one day, as its report has it. */
export function outcomeOf(report: ExtractReport): DayOutcome {
  if (report.status === 'complete') return 'complete';
  if (report.unfinished > 0) return 'unfinished';
  return 'incomplete';
}

/** The days from one up to another, which is exclusive. */
export function daysBetween(from: string, to: string): readonly string[] {
  const days: string[] = [];
  for (let day = from; day < to; day = nextDay(day)) days.push(day);
  return days;
}

function settled(report: ExtractReport): ExtractReport {
  return {
    ...report,
    status: report.complete + report.skipped === report.days ? 'complete' : 'incomplete',
  };
}

function addRows(one: ExtractCounts, other: ExtractCounts): ExtractCounts {
  return {
    records: one.records + other.records,
    inserted: one.inserted + other.inserted,
    updated: one.updated + other.updated,
    unchanged: one.unchanged + other.unchanged,
    rejected: one.rejected + other.rejected,
    absent: one.absent + other.absent,
  };
}
