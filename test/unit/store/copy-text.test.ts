import fc from 'fast-check';
import type { ColumnValue, Row } from '../../../store/batch';
import { defineColumns } from '../../../store/columns';
import { encodeRows } from '../../../store/copy-text';
import { storableText } from '../../../store/sanitise';

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

  it('tells an empty text and the letters of a null marker from null', () => {
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
