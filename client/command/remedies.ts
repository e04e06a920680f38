import { errorRow } from '../../errors';

/** What is to be done about a code, for a run that cannot say so itself. */
export function remedyOf(code: string): string {
  return errorRow(code)?.remedy || `See ${code} in docs/runbook.md.`;
}
