import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { badRecordKinds, faultNames } from '../../simulator';

const root = join(__dirname, '..', '..');
const read = (name: string): string => readFileSync(join(root, 'docs', name), 'utf8');
const text = read('quirks.md');

/** The cells of every row of every table, their heads left out. */
const rowsOf = (document: string) =>
  document
    .split('\n')
    .filter((line) => line.startsWith('| ') && !/^\|[ -|]*$/.test(line))
    .map((line) =>
      line
        .split(/(?<!\\)\|/)
        .slice(1, -1)
        .map((cell) => cell.trim()),
    )
    .filter(([, does]) => does !== 'what the client does' && does !== 'what happens now');
const rows = rowsOf(text);

/** What a cell calls code. */
const codesOf = (cell = ''): readonly string[] =>
  [...cell.matchAll(/`([^`]+)`/g)].map(([, code]) => code ?? '');

/** `file`: “name of a test”. */
const proofsOf = (cell = ''): readonly { readonly file: string; readonly name: string }[] =>
  [...cell.matchAll(/`(test\/[\w./-]+)`: “([^”]+)”/g)].map(([, file = '', name = '']) => ({ file, name }));

describe('docs/quirks.md', () => {
  it('has a row for every switch of the simulator and every kind of spoilt record, and for no other', () => {
    const described = rows.flatMap(([first]) => (first?.startsWith('`') ? codesOf(first) : []));
    expect(described.toSorted()).toEqual([...faultNames, ...badRecordKinds].toSorted());
  });

  it('says in every row what the client does, and names a test', () => {
    for (const [quirk, does, proof] of rows) {
      expect([quirk, does !== '', proofsOf(proof).length > 0]).toEqual([quirk, true, true]);
    }
  });

  it('names more tests than it has rows', () => {
    expect(proofsOf(text).length).toBeGreaterThan(rows.length);
  });
});

describe.each(['quirks.md', 'trials.md'])('docs/%s', (document) => {
  it('names a test in every row', () => {
    const bare = rowsOf(read(document)).filter(([, , proof]) => proofsOf(proof).length === 0);
    expect(bare).toEqual([]);
  });

  it('names tests that exist', () => {
    const missing = proofsOf(read(document)).filter(({ file, name }) => {
      const path = join(root, file);
      if (!existsSync(path)) return true;
      // The name as it is written: within quotes of any kind.
      const source = readFileSync(path, 'utf8');
      return !["'", '`', '"'].some((quote) => source.includes(`${quote}${name}${quote}`));
    });
    expect(missing).toEqual([]);
  });
});
