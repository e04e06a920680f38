import type { ColumnValue, Row } from './batch';
import type { Column } from './columns';

function literal(value: ColumnValue, { type }: Column): string {
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'string' && type === 'jsonb') return value;
  return JSON.stringify(value ?? null);
}

/** A row as one JSON object under the API's names again, without losing digits: what a reader can read once more. */
export function rowAsJson({ values, extra }: Row, columns: readonly Column[]): string {
  const known = columns
    .filter(({ field }) => values[field] !== undefined)
    .map((column) => `${JSON.stringify(column.field)}:${literal(values[column.field], column)}`);
  const unknown = extra?.trim().slice(1, -1).trim() ?? '';
  return `{${[...known, ...(unknown === '' ? [] : [unknown])].join(',')}}`;
}
