import { faultNames } from '../../simulator';
import { ownSideNames } from './drawn-fault';
import type { Verdict } from './verdict';

/** The table at the end of a run: one line for each fault that was drawn, with the outcomes of its schedules. */
export function scoreCard(verdicts: readonly Verdict[]): string {
  const names = [
    '(none)',
    '(by update)',
    '(live)',
    '(extraction)',
    'credentials',
    ...ownSideNames,
    ...faultNames,
  ];
  const rows = names.flatMap((name) => {
    const drawn = verdicts.filter(({ schedule: { job, by, faults } }) => {
      if (name === `(${job})`) return true;
      if (name === '(by update)') return job === 'window' && by === 'update';
      return name === '(none)' ? faults.length === 0 : faults.some((fault) => fault.name === name);
    });
    if (drawn.length === 0) return [];
    const wrong = drawn.filter(({ problems }) => problems.length > 0).length;
    const most = Math.max(...drawn.map(({ requests }) => requests));
    return [[name, String(drawn.length), outcomes(drawn), String(most), String(wrong)]];
  });
  const heading = ['fault', 'schedules', 'ended as', 'most requests', 'wrong'];
  const widths = heading.map((_, at) => Math.max(...[heading, ...rows].map((row) => row[at]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join('  ')
      .trimEnd();
  return [heading, ...rows].map(line).join('\n');
}

/** `complete 12, Throttled 2`, the most frequent first. */
function outcomes(verdicts: readonly Verdict[]): string {
  const counts = new Map<string, number>();
  for (const { outcome } of verdicts) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  return [...counts]
    .toSorted(([, one], [, other]) => other - one)
    .map(([outcome, count]) => `${outcome} ${count}`)
    .join(', ');
}

/** What a failing schedule did and how to run it alone. */
export function describeVerdict(verdict: Verdict): string {
  const { schedule, outcome, problems, requests, skippedMinutes, realMs } = verdict;
  const { seed, by, pageSize, pagesInFlight, faults } = schedule;
  return [
    `${problems.length > 0 ? 'WRONG: ' : ''}seed ${seed} by ${by}: ${outcome}; ${requests} requests, ` +
      `${skippedMinutes} min skipped, ${realMs} ms; pages of ${pageSize}, ${pagesInFlight} in flight`,
    ...faults.map(({ label }) => `    ${label}`),
    ...problems.slice(0, 5).map((problem) => `    ! ${problem}`),
  ].join('\n');
}
