import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorTable } from '../../errors';

const root = join(__dirname, '..', '..');
const text = (...path: readonly string[]): string => readFileSync(join(root, ...path), 'utf8');

/** The text of a folder's TypeScript files, but for those below `except`. */
function sources(folder: string, except = 'nothing/'): string {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.startsWith(except))
    .map((file) => text(folder, file))
    .join('\n');
}

const found = (pattern: RegExp, source: string): readonly string[] =>
  [...source.matchAll(pattern)].map(([, code]) => code ?? '');

/** Codes by where they come from. Those of alerts and commands are read where they are written. */
const codes: Readonly<Record<string, readonly string[]>> = {
  'the table of errors': Object.keys(errorTable),
  'the alerts': found(/^ +- alert: (\w+)/gm, text('ops', 'prometheus', 'alerts.yml')),
  'the command line': [
    ...found(/'([A-Z][a-z]+(?:[A-Z][a-z]+)*)',?(?:\s*true,?)?\s*\)/g, commandErrors(sources('client'))),
    // What `check` finds is no error; docs/onboarding.md explains it. Nor is `Done`.
    ...found(/\bcode: '(?!Done')([A-Z]\w+)'/g, sources('client', 'check/')),
    ...found(/\bcode: .* \|\| '([A-Z]\w+)'/g, sources('client', 'check/')),
  ],
};

/** Every `new CommandError(…)`, up to the end of its statement. */
function commandErrors(source: string): string {
  return found(/(new CommandError\([\s\S]*?\);)/g, source).join('\n');
}

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
