import { type CheckReport, type CheckResult, isFailure } from './check';

const marks: Readonly<Record<CheckResult['status'], string>> = { ok: '✓', failed: '✗', unknown: '?' };

/** The report as a table: a mark, the check's name, what was found; below it, after an arrow, what to do. */
export function reportText({ checks }: CheckReport): readonly string[] {
  const width = Math.max(...checks.map(({ name }) => name.length));
  const indent = ' '.repeat(width + 4);
  return checks.flatMap((result) => {
    const { name, status, code, message, remedy } = result;
    // Missing, and no setting asks for it: no fault, so not the mark of one.
    const mark = status === 'failed' && !isFailure(result) ? '–' : marks[status];
    const cause = status === 'failed' && code !== undefined ? `${code}: ` : '';
    return [
      `${mark} ${name.padEnd(width)}  ${cause}${message}`,
      ...(remedy === undefined ? [] : [`${indent}→ ${remedy}`]),
    ];
  });
}
