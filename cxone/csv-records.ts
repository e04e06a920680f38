import { Readable, pipeline } from 'node:stream';
import { parse } from 'csv-parse';
import { CxoneError } from './errors';

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

interface Row {
  readonly record: readonly string[];
  /** As it came, its line break (or the first half of one) included. */
  readonly raw: string;
}

/** No row of ours comes near it; a quote that is never closed must not take the rest of the file into memory. */
const largestRow = 4 * 1024 * 1024;

export interface CsvOptions {
  /** Whether the bytes end with an error unless they are all there: a last row that does not fit is then no cut-off one. */
  readonly isWhole?: boolean;
}

/**
 * Reads CSV (RFC 4180) as it comes, one row in memory at a time: cells with quotes, commas and line breaks in them,
 * CRLF or LF, with a byte-order mark or without. A quote where none belongs is text.
 * @returns null when there is not even a header
 * @throws CxoneError `IncompleteAnswer`: a quote that is not closed, or a last row that seems cut off
 */
export async function readCsv(
  bytes: AsyncIterable<Buffer>,
  { isWhole = false }: CsvOptions = {},
): Promise<CsvTable | null> {
  const rows = rowsOf(bytes);
  const first = await rows.next();
  if (first.done === true) return null;
  const columns = columnsOf(first.value.record);
  return { columns, records: recordsOf(columns, rows, isWhole) };
}

async function* rowsOf(bytes: AsyncIterable<Buffer>): AsyncGenerator<Row, void, void> {
  const parser = parse({
    bom: true,
    raw: true,
    record_delimiter: ['\r\n', '\n'],
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    max_record_size: largestRow,
  });
  // What goes wrong comes out of the parser, which is destroyed with it.
  pipeline(Readable.from(bytes), parser, () => undefined);
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
      for (let index = 0; index < columns.length; index += 1)
        record[columns[index] ?? misfitRow] = cells[index] ?? '';
      yield record;
    } else {
      const text = raw.replace(/[\r\n]+$/, '');
      if (text === raw && !isWhole) throw cutOff();
      yield { [misfitRow]: text };
    }
  }
}

function columnsOf(header: readonly string[]): readonly string[] {
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
