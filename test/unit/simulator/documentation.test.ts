import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { badRecordKinds, faultNames, readFaultRules, startSimulator } from '../../../simulator';
import { families } from '../../../simulator/http/exchange';
import { switches } from '../../../simulator/http/fault-names';
import { ask, parse } from './client';

const text = readFileSync(join(__dirname, '..', '..', '..', 'docs', 'simulator.md'), 'utf8');

const codes = (cell: string): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, code]) => code as string);

/** First and last cell of every row of the tables of faults. */
const rows = text
  .slice(text.indexOf('## Faults'))
  .split('\n')
  .filter((line) => line.startsWith('| `'))
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .map((cells) => ({ name: codes(cells[1] as string)[0], args: codes(cells.at(-2) as string) }));

describe('docs/simulator.md', () => {
  it('describes every switch, once, and no other', () => {
    expect(rows.map(({ name }) => name as string).toSorted()).toEqual(faultNames.toSorted());
  });

  it.each(rows)('names all arguments of $name', ({ name, args }) => {
    const known: readonly string[] = switches[name as keyof typeof switches];
    expect(args.filter((code) => known.includes(code)).toSorted()).toEqual(known.toSorted());
  });

  it('names every kind of bad record and every family', () => {
    for (const name of [...badRecordKinds, ...families]) expect(text).toContain(`\`${name}\``);
  });

  it('shows rules that would be accepted', () => {
    const shown = [...text.matchAll(/```json\n(\[[\s\S]*?\])\n```/g)].map(([, json]) => json as string);
    expect(shown.length).toBeGreaterThan(0);
    for (const json of shown) expect(() => readFaultRules(JSON.parse(json))).not.toThrow();
  });

  it('is not the only list: a running simulator names its switches as well', async () => {
    const simulator = await startSimulator({ contactsPerDay: 10 });
    expect(parse(await ask(`${simulator.address}/simulator/switches`))).toEqual(faultNames);
    await simulator.close();
  });
});
