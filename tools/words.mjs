import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Counts words that plain technical English does without, by folder and for 1,000 lines of source (tests left out).
 * `node tools/words.mjs` prints the table, with `--list` each place, too.
 */
const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const words =
  /\b(told|tells?|nobody|somebody|whoever|anew|meanwhile|mend(?:s|ed|ing)?|so many|all the same|at hand)\b/gi;

const files = execFileSync('git', ['ls-files', '*.ts'], { cwd: root, encoding: 'utf8' })
  .split('\n')
  .filter((file) => file !== '' && !file.startsWith('test/'));

const folders = new Map();
for (const file of files) {
  const lines = readFileSync(join(root, file), 'utf8').split('\n');
  const [folder] = file.split('/');
  const sum = folders.get(folder) ?? { lines: 0, words: 0 };
  sum.lines += lines.length;
  for (const [index, line] of lines.entries()) {
    const found = [...line.matchAll(words)].map(([word]) => word);
    sum.words += found.length;
    if (found.length > 0 && process.argv.includes('--list'))
      process.stdout.write(`${file}:${index + 1} ${found.join(', ')}\n`);
  }
  folders.set(folder, sum);
}

const total = [...folders.values()].reduce(
  (all, one) => ({ lines: all.lines + one.lines, words: all.words + one.words }),
  { lines: 0, words: 0 },
);
for (const [folder, sum] of [...folders, ['all', total]]) {
  const share = ((sum.words / sum.lines) * 1_000).toFixed(1);
  process.stdout.write(
    `${folder.padEnd(12)} ${String(sum.lines).padStart(7)} lines ${String(sum.words).padStart(5)} words ${share.padStart(6)} in 1,000\n`,
  );
}
