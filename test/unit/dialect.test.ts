import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(__dirname, '..', '..');
const files = execFileSync('git', ['ls-files', '*.ts'], { cwd: root, encoding: 'utf8' }).trim().split('\n');

/** Every line of our TypeScript that matches, as `file: line`. */
function linesLike(pattern: RegExp, of: (file: string) => boolean = () => true): readonly string[] {
  return files.filter(of).flatMap((file) =>
    readFileSync(join(root, file), 'utf8')
      .split('\n')
      .filter((line) => pattern.test(line))
      .map((line) => `${file}: ${line.trim()}`),
  );
}

/** A state of numbers that is made millions of times, and two kinds of value that are recognised by their class. */
const allowedClasses = ['Dice', 'LongNumber', 'Origin'];

describe('the source speaks one dialect of TypeScript', () => {
  it('with constants in camel case', () => {
    expect(linesLike(/^\s*(export )?const [A-Z][A-Z0-9_]+\b/)).toEqual([]);
  });

  it('with factories, and classes for errors only', () => {
    const isSource = (file: string): boolean => !file.startsWith('test/');
    const classes = linesLike(/^(export )?class (?!\w+ extends (Error|CodedError<\w+>) )/, isSource);
    expect(new Set(classes.map((line) => /class (\w+)/.exec(line)?.[1]))).toEqual(new Set(allowedClasses));
  });

  it('is found at all', () => {
    expect(linesLike(/^export function /).length).toBeGreaterThan(100);
  });
});
