import { readFileSync } from 'node:fs';
import type { Problem } from './problems';

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The text of a setting: the variable itself, or the content of the file that `NAME_FILE` names, without the line
 * break at its end. An empty variable counts as not given, since container tools pass those.
 * @param report called when both are given or the file cannot be read
 */
export function readSetting(
  env: Environment,
  name: string,
  report: (problem: Problem) => void,
): string | undefined {
  const direct = env[name] || undefined;
  const path = env[`${name}_FILE`] || undefined;
  if (path === undefined) return direct;
  if (direct !== undefined) {
    report({
      name,
      problem: `is given twice, as ${name} and as ${name}_FILE`,
      expected: 'one of the two',
      remedy: `Unset ${name} or ${name}_FILE.`,
    });
    return undefined;
  }
  const content = readSecretFile(path);
  if (content !== null && content !== '') return content;
  report({
    name: `${name}_FILE`,
    problem: content === null ? `names a file that cannot be read: ${path}` : `names an empty file: ${path}`,
    expected: `a readable file with the value of ${name}`,
    remedy: `Create the file, let this user read it, or set ${name} instead.`,
  });
  return undefined;
}

/** A file's text without the line break at its end; null when it cannot be read. */
export function readSecretFile(path: string): string | null {
  try {
    return readFileSync(path, 'utf8').replace(/\r?\n$/, '');
  } catch {
    return null;
  }
}
