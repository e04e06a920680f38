import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { filesIn, root } from '../setup/source-files';

const layers = ['client', 'workers', 'workflows', 'activities', 'cxone', 'store', 'simulator'];

/** The files that a file imports, of the same layer. */
function importsOf(file: string): readonly string[] {
  const text = readFileSync(join(root, file), 'utf8');
  return [...text.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*'(\.[^']*)'/g)].flatMap(([, path = '']) => {
    const target = normalize(join(dirname(file), path));
    const found = [`${target}.ts`, join(target, 'index.ts')].find((it) => existsSync(join(root, it)));
    return found === undefined ? [] : [found];
  });
}

/** The sub-folder of its layer that a file lies in; `undefined` for one that lies in the layer itself. */
function roomOf(file: string): string | undefined {
  const [, room, ...rest] = file.split('/');
  return rest.length > 0 ? room : undefined;
}

/** Which rooms of a layer import which others, each with one file that does. */
function arrowsOf(layer: string): ReadonlyMap<string, ReadonlyMap<string, string>> {
  const arrows = new Map<string, Map<string, string>>();
  for (const file of filesIn(layer, /\.ts$/)) {
    const from = roomOf(file);
    for (const target of importsOf(file).filter((it) => it.startsWith(`${layer}/`))) {
      const to = roomOf(target);
      if (from === undefined || to === undefined || from === to) continue;
      arrows.set(from, (arrows.get(from) ?? new Map<string, string>()).set(to, `${file} imports ${target}`));
    }
  }
  return arrows;
}

/** The imports that lead from a room back to itself; empty when none do. */
function wayBack(
  arrows: ReadonlyMap<string, ReadonlyMap<string, string>>,
  start: string,
  at = start,
  passed: readonly string[] = [],
): readonly string[] {
  for (const [next, example] of arrows.get(at) ?? []) {
    if (next === start) return [example];
    if (passed.includes(next)) continue;
    const rest = wayBack(arrows, start, next, [...passed, next]);
    if (rest.length > 0) return [example, ...rest];
  }
  return [];
}

// Files that lie in a layer itself are what all its rooms stand on (`cxone-error`, `api`) or what puts them together (`index`).
describe('the rooms of a layer', () => {
  it.each(layers)('of %s import each other one way', (layer) => {
    const arrows = arrowsOf(layer);
    const cycles = [...arrows.keys()].map((room) => wayBack(arrows, room)).filter((it) => it.length > 0);
    expect(cycles).toEqual([]);
  });

  it('are found at all', () => {
    expect(arrowsOf('store').size).toBeGreaterThan(0);
  });
});
