import type { Row } from './batch';
import type { Column } from './columns';
import { storableJson, storableText, unstorableFields } from './sanitise';
import { jsonSlices, textSlices } from './text-slices';

const extraColumn: Column = { field: 'extra', name: 'extra', type: 'jsonb' };
const null_ = '\\N';
// Any surrogate takes the careful path, whole pairs too: one cheap test decides for nearly every value.
const suspicious = /[\\\t\n\r\0\ud800-\udfff]/;
/** Of a part of the rows: encoding that much takes some milliseconds. */
const charactersAtOnce = 256 * 1024;
/** A cell of more is encoded slice by slice. */
const largeCell = 64 * 1024;

/** Four passes by the engine itself: a call for each character would take seconds for a text of nothing else. */
function escape(text: string): string {
  return text
    .replaceAll('\\', '\\\\')
    .replaceAll('\t', '\\t')
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r');
}

/** A text that needs care: escaped, and what PostgreSQL cannot hold replaced and noted. */
function encodeSuspicious(text: string, { field, type }: Column, sanitised: Set<string>): string {
  const storable = type === 'jsonb' ? storableJson(text) : storableText(text);
  if (storable !== text) {
    const fields = field === extraColumn.field ? unstorableFields(text, field) : [field];
    for (const name of fields) sanitised.add(name);
  }
  return escape(storable);
}

function encodeNames(names: ReadonlySet<string>): string {
  const quoted = [...names].map((name) => `"${name.replace(/["\\]/g, '\\$&')}"`);
  return escape(`{${quoted.join(',')}}`);
}

/** A cell that is too large to be encoded at once. */
interface LargeCell {
  readonly index: number;
  readonly text: string;
  readonly column: Column;
}

/** The cells of one row, and those that are not encoded yet. */
interface EncodedRow {
  readonly cells: readonly string[];
  readonly sanitised: Set<string> | undefined;
  readonly large: readonly LargeCell[] | undefined;
}

/**
 * The cells of one row but for `sanitised`, which is known when all are encoded. Nearly every value passes through one
 * comparison and one regular expression only: 5 µs for 60 columns.
 */
function encodeRow(
  { values, extra, replaced }: Row,
  columns: readonly Column[],
  cells: string[],
): EncodedRow {
  let sanitised = replaced === undefined ? undefined : new Set(replaced.map(storableText));
  let large: LargeCell[] | undefined;
  for (let index = 0; index <= columns.length; index += 1) {
    const column = columns[index] ?? extraColumn;
    const value = column === extraColumn ? extra : values[column.field];
    if (value === null || value === undefined) cells[index] = null_;
    else if (typeof value !== 'string')
      cells[index] = value === true ? 't' : value === false ? 'f' : `${value}`;
    else if (value.length > largeCell) (large ??= []).push({ index, text: value, column });
    else if (!suspicious.test(value)) cells[index] = value;
    else cells[index] = encodeSuspicious(value, column, (sanitised ??= new Set()));
  }
  return { cells, sanitised, large };
}

function sanitisedCell(sanitised: ReadonlySet<string> | undefined): string {
  return sanitised === undefined || sanitised.size === 0 ? null_ : encodeNames(sanitised);
}

/** A row with cells that are encoded slice by slice, in as many parts. */
function* encodeLargeRow({ cells, sanitised = new Set(), large = [] }: EncodedRow): Generator<string> {
  for (const [index, cell] of cells.entries()) {
    const own = large.find((one) => one.index === index);
    if (own === undefined) {
      yield `${cell}\t`;
      continue;
    }
    const { text, column } = own;
    for (const slice of column.type === 'jsonb' ? jsonSlices(text) : textSlices(text)) {
      const storable = column.type === 'jsonb' ? storableJson(slice) : storableText(slice);
      if (storable !== slice) sanitised.add(column.field);
      yield escape(storable);
    }
    yield '\t';
  }
  yield `${sanitisedCell(sanitised)}\n`;
}

/**
 * Rows in PostgreSQL's COPY text format, part by part: the columns in their order, then `extra`, then `sanitised` (the API
 * names of the fields in which characters were replaced; of an `extra` of more than 64 Ki characters `extra` itself). One
 * Buffer per part: a call per field into a Buffer or stream costs more than everything else here.
 */
export function* encodeRows(rows: readonly Row[], columns: readonly Column[]): Generator<Buffer, void, void> {
  const cells: string[] = [];
  let lines: string[] = [];
  let size = 0;
  for (const row of rows) {
    const encoded = encodeRow(row, columns, cells);
    if (encoded.large !== undefined) {
      if (lines.length > 0) yield Buffer.from(lines.join(''));
      [lines, size] = [[], 0];
      for (const { index } of encoded.large) cells[index] = null_;
      for (const part of encodeLargeRow(encoded)) yield Buffer.from(part);
      continue;
    }
    cells[columns.length + 1] = sanitisedCell(encoded.sanitised);
    const line = `${cells.join('\t')}\n`;
    cells.length = columns.length + 1;
    lines.push(line);
    size += line.length;
    if (size < charactersAtOnce) continue;
    yield Buffer.from(lines.join(''));
    [lines, size] = [[], 0];
  }
  if (lines.length > 0) yield Buffer.from(lines.join(''));
}
