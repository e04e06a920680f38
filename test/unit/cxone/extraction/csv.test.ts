import fc from 'fast-check';
import { misfitRow, readCsv } from '../../../../cxone/extraction/csv';

/** Reads a text that arrives in pieces of that many bytes. */
async function read(text: string | Buffer, pieces = 7) {
  const bytes = Buffer.from(text);
  async function* chunks() {
    for (let at = 0; at < bytes.length; at += pieces) yield bytes.subarray(at, at + pieces);
  }
  const table = await readCsv(chunks());
  if (table === null) return null;
  const records: Record<string, string>[] = [];
  for await (const record of table.records) records.push({ ...record });
  return { columns: table.columns, records };
}

describe('a CSV', () => {
  it.each([
    ['a byte-order mark and CRLF', '\uFEFF"A","B"\r\n"1","2"\r\n'],
    ['neither, and no last line break', 'A,B\n1,2'],
    ['LF after CRLF, and empty lines', 'A,B\r\n\r\n1,2\n\n'],
    ['spaces around headers', ' A ,B\t\n1,2\n'],
  ])('is read with %s', async (_what, text) => {
    expect(await read(text)).toEqual({ columns: ['A', 'B'], records: [{ A: '1', B: '2' }] });
  });

  it('keeps line breaks, quotes and commas of a quoted cell', async () => {
    const text = 'A,B\r\n"He said ""no"",\r\nthen hung up","ü☎"\r\n';
    expect((await read(text, 1))?.records).toEqual([{ A: 'He said "no",\r\nthen hung up', B: 'ü☎' }]);
  });

  it('takes a quote where none belongs for text', async () => {
    const text = 'A,B\n5" pipe,"x"y\n3,4\n';
    expect((await read(text))?.records).toEqual([
      { A: '5" pipe', B: '"x"y' },
      { A: '3', B: '4' },
    ]);
  });

  it('keeps columns of one name apart, and names those that have none', async () => {
    const text = 'ANI,ANI,,__proto__,ANI (2)\n1,2,3,4,5\n';
    const table = await read(text);
    expect(table?.columns).toEqual(['ANI', 'ANI (2)', 'column 3', '__proto__', 'ANI (2) (2)']);
    expect(Object.values(table?.records[0] ?? {})).toEqual(['1', '2', '3', '4', '5']);
  });

  it('hands on a row that does not fit as its text, and goes on', async () => {
    const text = 'A,B\r\n"1, one"\r\n1,2,3\r\n3,4\r\n';
    expect((await read(text))?.records).toEqual([
      { [misfitRow]: '"1, one"' },
      { [misfitRow]: '1,2,3' },
      { A: '3', B: '4' },
    ]);
  });

  it.each(['', '\uFEFF', '\r\n\r\n'])('is null without a header (%j)', async (text) => {
    expect(await read(text)).toBeNull();
  });

  it('has no rows when there is only a header', async () => {
    expect(await read('\uFEFFA,B\r\n')).toEqual({ columns: ['A', 'B'], records: [] });
  });

  it.each([
    ['in a quoted cell', 'A,B\n1,2\n"3,4\n5,6\n'],
    ['in the last row', 'A,B\n1,2\n3'],
    ['in the header', '"A","B'],
  ])('that ends %s is cut off', async (_where, text) => {
    await expect(read(text)).rejects.toMatchObject({ code: 'IncompleteAnswer', kind: 'retryable' });
  });

  it('whose last row does not fit and has no line break keeps it as a misfit when the bytes are all there', async () => {
    async function* chunks() {
      yield Buffer.from('A,B\n1,2\n3');
    }
    const table = await readCsv(chunks(), { isWhole: true });
    const records: unknown[] = [];
    for await (const record of table?.records ?? []) records.push({ ...record });
    expect(records).toEqual([{ A: '1', B: '2' }, { [misfitRow]: '3' }]);
  });

  it('that puts all its rows into one cell is given up before it fills the memory', async () => {
    const state = { sent: 0 };
    async function* chunks() {
      yield Buffer.from('A,B\n"');
      // Closed in the end: it is the size that is refused.
      for (; state.sent < 20; state.sent += 1) yield Buffer.alloc(1024 * 1024, '1,2\n');
      yield Buffer.from('",2\n');
    }
    const reading = async () => {
      const table = await readCsv(chunks());
      for await (const record of table?.records ?? []) expect(record).toBeUndefined();
    };
    await expect(reading()).rejects.toMatchObject({ code: 'IncompleteAnswer' });
    expect(state.sent).toBeLessThan(12);
  });

  it('hands on what breaks while it is read', async () => {
    const broken = new Error('broken');
    async function* chunks() {
      yield Buffer.from('A,B\n1,2\n');
      await Promise.resolve();
      throw broken;
    }
    // Wherever the reader is by then, in the header or in a row.
    const reading = async () => {
      const table = await readCsv(chunks());
      for await (const record of table?.records ?? []) expect({ ...record }).toEqual({ A: '1', B: '2' });
    };
    await expect(reading()).rejects.toBe(broken);
  });

  it('asks for no more bytes once it was given up', async () => {
    const state = { asked: 0, isClosed: false };
    async function* chunks() {
      try {
        for (yield Buffer.from('A,B\n'); ; state.asked += 1) yield Buffer.from('1,2\n'.repeat(1_000));
      } finally {
        state.isClosed = true;
      }
    }
    const table = await readCsv(chunks());
    for await (const record of table?.records ?? []) {
      expect({ ...record }).toEqual({ A: '1', B: '2' });
      break;
    }
    await new Promise(setImmediate);
    expect(state.isClosed).toBe(true);
    expect(state.asked).toBeLessThan(1_000);
  });

  it('is read as it was written, whatever stands in it', async () => {
    const cell = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r\n', ' ', 'é', '\uFEFF', ';') });
    const table = fc
      .integer({ min: 2, max: 4 })
      .chain((width) =>
        fc.tuple(
          fc.array(fc.array(cell, { minLength: width, maxLength: width }), { maxLength: 6 }),
          fc.constantFrom('\n', '\r\n'),
        ),
      );
    await fc.assert(
      fc.asyncProperty(table, fc.integer({ min: 1, max: 30 }), async ([rows, lineBreak], pieces) => {
        const width = rows[0]?.length ?? 2;
        const header = Array.from({ length: width }, (_, index) => `c${index}`);
        const quoted = (cells: readonly string[]) =>
          `${cells.map((one) => `"${one.replaceAll('"', '""')}"`).join(',')}${lineBreak}`;
        const text = [header, ...rows].map(quoted).join('');
        const found = await read(`\uFEFF${text}`, pieces);
        expect(found?.records.map((record) => Object.values(record))).toEqual(rows);
      }),
    );
  });

  it('is read or refused as cut off, whatever the bytes', async () => {
    const text = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r', '\uFEFF', '\0', 'ü') });
    await fc.assert(
      fc.asyncProperty(fc.oneof(text, fc.uint8Array()), async (content) => {
        const code = await read(typeof content === 'string' ? content : Buffer.from(content)).then(
          () => 'IncompleteAnswer',
          (error: { code?: string }) => error.code,
        );
        expect(code).toBe('IncompleteAnswer');
      }),
      { numRuns: 300 },
    );
  });
});
