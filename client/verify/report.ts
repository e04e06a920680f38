import { count } from '../command/output';
import { isWhole, type DayResult } from './verify-days';

const names = ['source', 'stored', 'rejected', 'absent', 'missing', 'stale', 'vanished'] as const;
const fileNames = ['files', 'gone', 'changed'] as const;
const width = 10;

/** The head of the table; `recordings` adds the columns of stored files. */
export function tableHead(recordings: boolean): string {
  const columns = [...names, ...(recordings ? fileNames : [])].map((name) => name.padStart(width));
  return `${'day'.padEnd(width)} ${columns.join('')}  verdict`;
}

/** One day in one line; a dot stands for what was not compared. */
export function tableRow(result: DayResult): string {
  const { recordings } = result;
  const cells = names.map((name) => cell(result[name]));
  if (recordings !== undefined) {
    cells.push(...[recordings.checked, recordings.missing, recordings.changed].map(cell));
  }
  return `${result.day.padEnd(width)} ${cells.join('')}  ${verdictOf(result)}`;
}

function cell(n: number | null): string {
  return (n === null ? '·' : count(n)).padStart(width);
}

function verdictOf(result: DayResult): string {
  const { verdict, comparedBy, recordings, repair } = result;
  if (isWhole(result)) {
    if (repair !== undefined) return 'repaired';
    return comparedBy === 'counts' ? 'equal (count)' : 'equal';
  }
  const unrepaired = recordings?.unrepaired ?? 0;
  const parts = [
    ...(verdict === 'equal' ? [] : [verdict]),
    ...(verdict === 'equal' && recordings !== undefined ? ['recordings differ'] : []),
    ...(unrepaired > 0 ? [`${count(unrepaired)} not fetched again`] : []),
    ...(repair === undefined ? [] : [repair.ok ? 'not repaired' : `the repair failed: ${repair.code}`]),
  ];
  return parts.join(', ');
}

/** What the whole range comes to. */
export interface Totals {
  readonly days: number;
  /** Days on which something is missing or different. */
  readonly different: number;
  readonly repaired: number;
}

export function totalsOf(results: readonly Pick<DayResult, 'verdict' | 'recordings' | 'repair'>[]): Totals {
  const whole = results.filter(isWhole);
  return {
    days: results.length,
    different: results.length - whole.length,
    repaired: whole.filter(({ repair }) => repair !== undefined).length,
  };
}
