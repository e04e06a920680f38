/**
 * PostgreSQL types in use: ids and whole numbers are bigint, durations double precision seconds, JSON text jsonb; date is
 * a day in UTC.
 */
export type ColumnType =
  'bigint' | 'double precision' | 'boolean' | 'text' | 'timestamptz' | 'date' | 'jsonb';

/** One API field and the column that holds it. */
export interface Column {
  readonly field: string;
  readonly name: string;
  readonly type: ColumnType;
}

/** A table that pages are upserted into: key `(tenant, key)`, newest `stamp` wins. */
export interface BulkTable {
  readonly name:
    | 'contact'
    | 'agent'
    | 'skill'
    | 'campaign'
    | 'team'
    | 'disposition'
    | 'interaction_metadata'
    | 'evaluation';
  readonly columns: readonly Column[];
  readonly key: string;
  readonly stamp: string;
  readonly required: readonly string[];
  /**
   * Columns that say how a row was read, not what it contains: a row that differs in nothing else is unchanged. With the
   * stamp among them, what was read later wins, if it says something else.
   */
  readonly circumstances?: readonly string[];
}

/** `contactStartDate` → `contact_start_date`, `dateACWWarehoused` → `date_acw_warehoused`. */
export function snakeCase(field: string): string {
  return field
    .replace(/([a-z\d])([A-Z])/g, '$1_$2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1_$2')
    .toLowerCase();
}

/** The columns for fields given by type as words separated by white space, in that order. */
export function defineColumns(
  fieldsByType: Readonly<Partial<Record<ColumnType, string>>>,
): readonly Column[] {
  return (Object.entries(fieldsByType) as [ColumnType, string][]).flatMap(([type, fields]) =>
    fields
      .trim()
      .split(/\s+/)
      .map((field) => ({ field, name: snakeCase(field), type })),
  );
}
