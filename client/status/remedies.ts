import { cxoneErrors } from '../../cxone';
import { storeRemedies } from '../../store';

const remedies: Readonly<Record<string, string | undefined>> = {
  ...Object.fromEntries(Object.entries(cxoneErrors).map(([code, { remedy }]) => [code, remedy])),
  ...storeRemedies,
};

/** What is to be done about a code, for a run that cannot say so itself. */
export function remedyOf(code: string): string {
  return remedies[code] ?? `See ${code} in docs/runbook.md.`;
}
