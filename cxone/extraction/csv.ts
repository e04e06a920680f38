import { isUtf8 } from 'node:buffer';
import { Readable, pipeline } from 'node:stream';
import { parse } from 'csv-parse';
import { CxoneError } from '../cxone-error';
import { withReplaced } from '../records/records';

/** A row by its header: name of the column → text of the cell. */
export type CsvRecord = Readonly<Record<string, string>>;

/**
 * The only member of a record that is a row with more or fewer cells than the header; its value is the text of that row.
 * No column has this name: one without a header is called after its place.
 */
export const misfitRow = '';

export interface CsvTable {
  /** Trimmed; each once: a second `ANI` is `ANI (2)`, one without a name `column 7`. */
  readonly columns: readonly string[];
  /** Must be read to its end or given up (`break`). @throws CxoneError `IncompleteAnswer`, and what the bytes throw */
  readonly records: AsyncIterable<CsvRecord>;
}

const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf]);

interface Row {
  readonly record: readonly string[];
  /** As it came, its line break (or the first half of one) included. */
  readonly raw: string;
}

/** No extract has near as many: each is a name for every row. */
const mostColumns = 1_000;
/** No row of ours comes near it; a quote that is never closed must not take the rest of the file into memory. */
const largestRow = 4 * 1024 * 1024;

/** What in a cell is not ASCII, where each character stands for a byte. */
const beyondAscii = /[\x80-\xff]/;

export interface CsvOptions {
  /** Whether the bytes end with an error unless they are all there: a last row that does not fit is then no cut-off one. */
  readonly isWhole?: boolean;
}

/**
 * Reads CSV (RFC 4180) as it comes, one row in memory at a time: cells with quotes, commas and line breaks in them,
 * CRLF or LF, with a byte-order mark or without. A quote where none belongs is text. A record in which bytes are no UTF-8
 * has U+FFFD in their place, and its origin names the columns.
 * @returns null when there is not even a header
 * @throws CxoneError `IncompleteAnswer`: a quote that is not closed, or a last row that seems cut off; `UnexpectedShape`:
 *   more columns than an extract can have
 */
export async function readCsv(
  bytes: AsyncIterable<Buffer>,
  { isWhole = false }: CsvOptions = {},
): Promise<CsvTable | null> {
  const rows = rowsOf(bytes);
  const first = await rows.next();
  if (first.done === true) return null;
  const columns = columnsOf(first.value.record.map((cell) => decoded(cell).text));
  return { columns, records: recordsOf(columns, rows, isWhole) };
}

async function* rowsOf(bytes: AsyncIterable<Buffer>): AsyncGenerator<Row, void, void> {
  const parser = parse({
    // Each character is a byte, so that it is seen later which cells are no UTF-8.
    encoding: 'latin1',
    raw: true,
    record_delimiter: ['\r\n', '\n'],
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    max_record_size: largestRow,
  });
  // What goes wrong comes out of the parser, which is destroyed with it.
  pipeline(Readable.from(withoutMark(bytes)), parser, () => undefined);
  try {
    yield* parser as AsyncIterable<Row>;
  } catch (error) {
    throw isCsvError(error) ? cutOff() : error;
  }
}

async function* recordsOf(
  columns: readonly string[],
  rows: AsyncGenerator<Row, void, void>,
  isWhole: boolean,
): AsyncGenerator<CsvRecord, void, void> {
  for await (const { record: cells, raw } of rows) {
    if (cells.length === columns.length) {
      // Without a prototype, so that a column called __proto__ is a column like any other.
      const record = Object.create(null) as Record<string, string>;
      let replaced: string[] | undefined;
      for (let index = 0; index < columns.length; index += 1) {
        const column = columns[index] ?? misfitRow;
        const cell = cells[index] ?? '';
        if (!beyondAscii.test(cell)) {
          record[column] = cell;
          continue;
        }
        const { text, isSound } = decoded(cell);
        record[column] = text;
        if (!isSound) (replaced ??= []).push(column);
      }
      yield replaced === undefined ? record : withReplaced(record, replaced);
    } else {
      const row = raw.replace(/[\r\n]+$/, '');
      if (row === raw && !isWhole) throw cutOff();
      yield { [misfitRow]: decoded(row).text };
    }
  }
}

/** The bytes without the mark that a file in UTF-8 may begin with. */
async function* withoutMark(bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void, void> {
  let head: Buffer | null = Buffer.alloc(0);
  for await (const chunk of bytes) {
    if (head === null) {
      yield chunk;
      continue;
    }
    head = Buffer.concat([head, chunk]);
    if (head.length < byteOrderMark.length) continue;
    yield head.subarray(head.indexOf(byteOrderMark) === 0 ? byteOrderMark.length : 0);
    head = null;
  }
  if (head !== null && head.length > 0) yield head;
}

/** A cell whose characters are bytes, as the text that the bytes mean; whether they are UTF-8. */
function decoded(cell: string): { readonly text: string; readonly isSound: boolean } {
  const bytes = Buffer.from(cell, 'latin1');
  return { text: bytes.toString('utf8'), isSound: isUtf8(bytes) };
}

function columnsOf(header: readonly string[]): readonly string[] {
  if (header.length > mostColumns) {
    throw new CxoneError(
      'UnexpectedShape',
      `The CSV has ${header.length} columns, more than ${mostColumns}.`,
    );
  }
  const seen = new Set<string>();
  return header.map((cell, index) => {
    const name = cell.trim() || `column ${index + 1}`;
    let unique = name;
    for (let count = 2; seen.has(unique); count += 1) unique = `${name} (${count})`;
    seen.add(unique);
    return unique;
  });
}

function isCsvError(error: unknown): boolean {
  return (
    typeof error === 'object' && error !== null && 'code' in error && String(error.code).startsWith('CSV_')
  );
}

function cutOff(): CxoneError {
  return new CxoneError(
    'IncompleteAnswer',
    'The CSV is cut off: its last row is not whole, or a quote is never closed.',
  );
}
