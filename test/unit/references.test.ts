import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { filesIn, root } from '../setup/source-files';

const folders = [
  ...[
    'activities',
    'bench',
    'client',
    'config',
    'cxone',
    'docs',
    'errors',
    'local',
    'network',
    'ops',
    'simulator',
    'store',
  ],
  ...['test', 'tools', 'workers', 'workflows'],
];
const own = relative(root, __filename);

/** What people read of this project: sources, scripts and documents, as lines with their place. */
const lines = folders
  .flatMap((folder) => filesIn(folder, /\.(?:ts|mjs|sql|sh|ya?ml|md)$/))
  .filter((file) => file !== own && !file.startsWith('tools/temporal'))
  .concat('README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'CHANGELOG.md')
  .flatMap((file) => {
    const text = readFileSync(join(root, file), 'utf8');
    return text.split('\n').map((line, index) => ({ place: `${file}:${index + 1}`, file, line }));
  });

const contract = readFileSync(join(root, 'docs', 'cxone-api.md'), 'utf8');

/** Sections of the contract by number, the items of its numbered sections 9 and 11 included. */
const sections = new Set<string>();
let section = '';
for (const line of contract.split('\n')) {
  const [, heading] = /^#{2,3} (\d+(?:\.\d+)?)\.? /.exec(line) ?? [];
  if (heading !== undefined) sections.add((section = heading));
  const [, item] = /^(\d+)\. /.exec(line) ?? [];
  if (item !== undefined && !section.includes('.')) sections.add(`${section}.${item}`);
}

describe('what a comment or a document refers to', () => {
  it('in the contract is a section that it has', () => {
    const named = lines.flatMap(({ place, line }) =>
      [...line.matchAll(/contract,? (§[\d.]+(?:(?:, | and )§[\d.]+)*)/g)].flatMap(([, list = '']) =>
        [...list.matchAll(/§(\d+(?:\.\d+)*)/g)].map(([, number = '']) => ({ place, number })),
      ),
    );
    expect(named.length).toBeGreaterThan(150);
    expect(named.filter(({ number }) => !sections.has(number))).toEqual([]);
  });

  it('within the contract is one of its own sections', () => {
    const named = [...contract.matchAll(/§(\d+(?:\.\d+)*)/g)].map(([, number = '']) => number);
    expect(named.filter((number) => !sections.has(number))).toEqual([]);
  });

  it('as an invariant is one of the architecture’s list', () => {
    const architecture = readFileSync(join(root, 'docs', 'architecture.md'), 'utf8');
    const list = architecture.slice(architecture.indexOf('## Invariants'));
    const numbers = new Set([...list.matchAll(/^(\d+)\. \*\*/gm)].map(([, number]) => number));
    const named = lines.flatMap(({ place, line }) =>
      [...line.matchAll(/\binvariant (\d+)/g)].map(([, number]) => ({ place, number })),
    );
    expect(named.length).toBeGreaterThan(5);
    expect(named.filter(({ number }) => !numbers.has(number))).toEqual([]);
  });

  it('is no document that this repository does not have', () => {
    const elsewhere = /\bdesign\.md|\bdesign, |docs\/design\b|interfaces\.md|\bfacts §|\bfield notes\b/;
    expect(lines.filter(({ line }) => elsewhere.test(line)).map(({ place }) => place)).toEqual([]);
    const named = lines.flatMap(({ place, line }) =>
      [...line.matchAll(/\bdocs\/[\w/-]+\.md\b/g)].map(([path]) => ({ place, path })),
    );
    expect(named.filter(({ path }) => !existsSync(join(root, path)))).toEqual([]);
  });

  it('by a link in a document is there', () => {
    const links = lines
      .filter(({ file }) => file.endsWith('.md'))
      .flatMap(({ place, file, line }) =>
        [...line.matchAll(/\]\((?!https?:|#)([^)#\s]+)[^)]*\)/g)].map(([, target = '']) => ({
          place,
          path: join(file, '..', target),
        })),
      );
    expect(links.length).toBeGreaterThan(30);
    expect(links.filter(({ path }) => !existsSync(join(root, path)))).toEqual([]);
  });
});

describe('the words of the sources', () => {
  it('are those of plain technical English, but for one in 1,000 lines', () => {
    const { stdout } = spawnSync(process.execPath, [join(root, 'tools', 'words.mjs')], { encoding: 'utf8' });
    const [, share = ''] = /^all .* ([\d.]+) in 1,000$/m.exec(stdout) ?? [];
    expect(Number.parseFloat(share)).toBeLessThan(1);
  });
});
