import { defineColumns } from '../../../../store/ingest/columns';
import { rowAsJson } from '../../../../store/ingest/row-json';

const columns = defineColumns({ bigint: 'id big', text: 'note', jsonb: 'tags' });

describe('a row as JSON', () => {
  it('is one object of the known and the unknown fields', () => {
    const row = { values: { id: 1, note: 'a "b"', tags: '[{"tagId":7}]' }, extra: ' {"new":{"x":1}} ' };
    expect(JSON.parse(rowAsJson(row, columns))).toEqual({
      id: 1,
      note: 'a "b"',
      tags: [{ tagId: 7 }],
      new: { x: 1 },
    });
  });

  it('loses no digits, neither of known nor of unknown fields', () => {
    const row = { values: { big: 9_007_199_254_740_993n }, extra: '{"other":123456789012345678901}' };
    expect(rowAsJson(row, columns)).toBe('{"big":9007199254740993,"other":123456789012345678901}');
  });

  it('says null for null and nothing for what was missing', () => {
    expect(rowAsJson({ values: { id: 1, note: null }, extra: null }, columns)).toBe('{"id":1,"note":null}');
    expect(rowAsJson({ values: {}, extra: '{}' }, columns)).toBe('{}');
  });
});
