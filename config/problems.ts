import { terminalText } from './shown-text';

/** One thing wrong with the settings, with all the reader needs to fix it. */
export interface Problem {
  /** The setting: `DATABASE_URL`, or a path in the tenants file such as `tenants.acme.clientSecret`. */
  readonly name: string;
  /** What is wrong, with what was given unless that could be a secret. */
  readonly problem: string;
  readonly expected: string;
  readonly remedy: string;
}

/** Everything that is wrong with the settings, at once. Its message is safe to print: it holds no secret. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';

  constructor(readonly problems: readonly Problem[]) {
    super(problems.map(sentenceOf).join('\n'));
  }
}

/** A problem as one line. */
export function sentenceOf({ name, problem, expected, remedy }: Problem): string {
  return terminalText(`${name} ${problem}; expected ${expected}. ${remedy}`);
}

/** What was given, short enough for a message. */
export function quoted(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value));
  return text.length > 60 ? `"${text.slice(0, 59)}…"` : `"${text}"`;
}

/** The known word nearest to a mistyped one (by edit distance, ignoring case); null when none is near. */
export function nearest(word: string, known: readonly string[]): string | null {
  const ranked = known
    .map((candidate) => ({ candidate, distance: editDistance(word.toLowerCase(), candidate.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance);
  const best = ranked[0];
  return best !== undefined && best.distance <= Math.max(2, Math.floor(best.candidate.length / 3))
    ? best.candidate
    : null;
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [i, left] of a.split('').entries()) {
    const next = [i + 1];
    for (const [j, right] of b.split('').entries()) {
      const replace = (row[j] ?? 0) + (left === right ? 0 : 1);
      next.push(Math.min(replace, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
