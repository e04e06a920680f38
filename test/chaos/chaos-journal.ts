import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** The verdicts of a chaos command by seed, a line of JSON each, so that an interrupted command resumes. */
export interface ChaosJournal<T> {
  readonly file: string;
  entries(): readonly T[];
  add(entry: T): void;
}

/**
 * @param seed null keeps nothing: a single schedule is run for inspection, any number of times
 * @param fresh forgets the seed's results so far
 */
export function openChaosJournal<T>(command: string, seed: number | null, fresh: boolean): ChaosJournal<T> {
  const folder = join(__dirname, '..', '..', '.data', 'chaos');
  const file = join(folder, `${command}-${seed}.ndjson`);
  if (fresh) rmSync(file, { force: true });
  const lines = seed !== null && existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [];
  // The last line of a run that was killed may be cut off.
  const read = lines.flatMap((line) => {
    try {
      return [JSON.parse(line) as T];
    } catch {
      return [];
    }
  });
  return {
    file,
    entries: () => read,
    add(entry) {
      if (seed === null) return;
      mkdirSync(folder, { recursive: true });
      appendFileSync(file, `${JSON.stringify(entry)}\n`);
    },
  };
}
