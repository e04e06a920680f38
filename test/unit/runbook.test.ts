import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorTable } from '../../errors';

const root = join(__dirname, '..', '..');
const text = (...path: readonly string[]): string => readFileSync(join(root, ...path), 'utf8');

const found = (pattern: RegExp, source: string): readonly string[] =>
  [...source.matchAll(pattern)].map(([, code]) => code ?? '');

/** Codes by where they come from. Alerts and the type of the commands' codes are read where they are written. */
const codes: Readonly<Record<string, readonly string[]>> = {
  'the table of errors': Object.keys(errorTable),
  'the alerts': found(/^ +- alert: (\w+)/gm, text('ops', 'prometheus', 'alerts.yml')),
  // `Done` is no error.
  'the command line': found(/^ {2}\| '(?!Done')(\w+)'/gm, text('client', 'command', 'exit-status.ts')),
};

const runbook = text('docs', 'runbook.md');
const entries = new Map(
  runbook
    .split(/^### /m)
    .slice(1)
    .map((entry) => [/^\w+/.exec(entry)?.[0] ?? '', entry.split(/^## /m)[0] ?? '']),
);

describe('the runbook', () => {
  it.each(Object.entries(codes))('has an entry for every code of %s', (_where, known) => {
    expect(known.length).toBeGreaterThan(0);
    expect(known.filter((code) => !entries.has(code))).toEqual([]);
  });

  it('has no entry for a code that does not exist', () => {
    const known = new Set(Object.values(codes).flat());
    expect([...entries.keys()].filter((code) => !known.has(code))).toEqual([]);
  });

  it('reports each once', () => {
    const headings = found(/^### (\w+)/gm, runbook);
    expect(headings).toEqual([...new Set(headings)]);
  });

  it.each([...entries])('%s: what it means, how it looks, what to do, how to be sure', (_code, entry) => {
    for (const part of ['Means', 'Looks like', 'Do', 'Be sure']) expect(entry).toContain(`- **${part}**: `);
  });

  it('links to pages that exist', () => {
    for (const target of found(/\]\((?!https?:)([^)#]+)/g, runbook)) {
      expect([target, existsSync(join(root, 'docs', target))]).toEqual([target, true]);
    }
  });
});
