import fc from 'fast-check';
import type { ColumnValue, Row } from '../../../../store/ingest/batch';
import { defineColumns } from '../../../../store/ingest/columns';
import { encodeRows } from '../../../../store/ingest/copy-text';
import { storableJson, storableText } from '../../../../store/ingest/sanitise';

const columns = defineColumns({ bigint: 'id', boolean: 'flag', text: 'note other', jsonb: 'tags' });

const whole = (rows: readonly Row[]): string => Buffer.concat([...encodeRows(rows, columns)]).toString();

function encode(values: Record<string, ColumnValue>, extra: string | null = null): readonly string[] {
  const text = whole([{ values, extra }]);
  expect(text.endsWith('\n')).toBe(true);
  return text.slice(0, -1).split('\t');
}

const meaning: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', '\\': '\\' };
const decode = (cell: string) =>
  cell.replace(/\\(.)/g, (_, character: string) => meaning[character] ?? character);

describe('COPY text', () => {
  it('writes missing values as null', () => {
    expect(encode({ id: 1, flag: null })).toEqual(['1', '\\N', '\\N', '\\N', '\\N', '\\N', '\\N']);
  });

  it('writes every digit of a bigint and booleans as letters', () => {
    expect(encode({ id: 9_223_372_036_854_775_807n, flag: true }).slice(0, 2)).toEqual([
      '9223372036854775807',
      't',
    ]);
    expect(encode({ id: 0, flag: false }).slice(0, 2)).toEqual(['0', 'f']);
  });

  it('distinguishes an empty text and the letters of a null marker from null', () => {
    expect(encode({ id: 1, note: '', other: '\\N' }).slice(2, 4)).toEqual(['', '\\\\N']);
  });

  it('brings any text back, in its own cell', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (note, other) => {
        const cells = encode({ id: 1, note, other });
        expect(cells).toHaveLength(7);
        expect(decode(cells[2] ?? '')).toBe(storableText(note));
        expect(decode(cells[3] ?? '')).toBe(storableText(other));
      }),
    );
  });

  it('names the fields whose characters it replaced, once each', () => {
    const cells = encode(
      { id: 1, note: 'a\0', other: '😀', tags: '["\\u0000"]' },
      '{"new":"\\ud800","ok":"\\n"}',
    );
    expect(cells[2]).toBe('a\ufffd');
    expect(cells[4]).toBe('["\ufffd"]');
    expect(cells[5]).toBe('{"new":"\ufffd","ok":"\\\\n"}');
    expect(cells[6]).toBe('{"note","tags","new"}');
  });

  it('quotes names that would end the list', () => {
    const cells = encode({ id: 1 }, JSON.stringify({ 'a"b\\c': '\0' }));
    expect(decode(cells[6] ?? '')).toBe(String.raw`{"a\"b\\c"}`);
  });

  it('writes one line per row and nothing for none', () => {
    const row = { values: { id: 1 }, extra: null };
    expect(whole([row, row]).split('\n')).toHaveLength(3);
    expect(whole([])).toBe('');
  });
});

describe('a cell of any size', () => {
  const long = fc
    .array(fc.constantFrom('a', '\n', '\\', '\0', '\ud83d\ude00', '\ud83d', 'ü', '\t'), {
      minLength: 1,
      maxLength: 40,
    })
    .map((parts) => parts.join('').repeat(Math.ceil(70_000 / parts.join('').length)));

  it('is encoded as a short one is', () => {
    fc.assert(
      fc.property(long, (note) => {
        const [, , cell = '', , , , sanitised] = encode({ note });
        expect(decode(cell)).toBe(storableText(note));
        expect(sanitised).toBe(storableText(note) === note ? '\\N' : '{"note"}');
      }),
      { numRuns: 30 },
    );
  });

  it('is not cut within a pair that follows half a one', () => {
    for (const shift of [0, 1, 2]) {
      const note = 'x'.repeat(64 * 1024 - 3 + shift) + '\ud83d\ud83d\ude00 end'.repeat(2);
      expect(decode(encode({ note })[2] ?? '')).toBe(storableText(note));
    }
  });

  it('nor does it matter where JSON is cut: no escape is torn apart', () => {
    fc.assert(
      fc.property(long, fc.nat({ max: 20 }), (note, shift) => {
        const json = JSON.stringify({ note: 'x'.repeat(shift) + note });
        const [, , , , tags = ''] = encode({ tags: json });
        const extra = encode({}, json)[5] ?? '';
        expect([decode(tags), decode(extra)]).toEqual([storableJson(json), storableJson(json)]);
      }),
      { numRuns: 30 },
    );
  });

  it('leaves the rows before and after it as they are', () => {
    const row = (id: number, note: string) => ({ values: { id, note }, extra: null });
    const large = '\n'.repeat(100_000);
    const lines = whole([row(1, 'a'), row(2, large), row(3, 'b')]).split('\n');
    expect(lines.map((line) => line.split('\t')[0])).toEqual(['1', '2', '3', '']);
  });
});
