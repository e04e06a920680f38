/** A typed value as the API sent it; timestamps are ISO 8601 text in UTC (`Z`), ids beyond 2^53 are bigint. */
export type ColumnValue = string | number | bigint | boolean | null | undefined;

/** One readable record: typed values under the API's camelCase names, and JSON text of the fields we do not know. */
export interface Row {
  readonly values: Readonly<Record<string, ColumnValue>>;
  readonly extra: string | null;
  /** Fields in which bytes that are no UTF-8 became U+FFFD, by the API's names. */
  readonly replaced?: readonly string[];
  /** The record as it came, where that is known. */
  readonly origin?: RecordOrigin;
}

/** A record's JSON as it came. */
export interface RecordOrigin {
  text(): string;
  bytes(): Buffer;
  /** Whether the text says all that the bytes do; not so where they are no UTF-8. */
  readonly isText: boolean;
}

/** One record that could not be read: its JSON text, and why. */
export interface Rejected {
  readonly reason: string;
  readonly raw: string;
  /** The same, byte for byte, where it is no UTF-8. */
  readonly bytes?: Buffer | undefined;
  /** Its JSON text as releases before 0.2 kept it, where that is another: parsed and written again. */
  readonly former?: string | undefined;
  readonly field?: string | undefined;
}

/** A field that we do not know, or that held another type than we know of it. */
export interface Drift {
  readonly field: string;
  readonly observedType: string;
}

/** What one landed page holds. */
export interface Batch {
  readonly rows: readonly Row[];
  readonly rejected: readonly Rejected[];
  readonly drift: readonly Drift[];
}

/** What storing one page did, counted in distinct records. */
export interface PageOutcome {
  readonly inserted: number;
  readonly updated: number;
  readonly unchanged: number;
  readonly rejected: number;
}

/** The lists contacts refer to, by the API's names for them. */
export type LookupName = 'skills' | 'campaigns' | 'teams' | 'dispositions';

/** What Data Extraction brings day by day (contract §10). */
export type Dataset = 'interaction-metadata' | 'evaluations';

/** The kinds of records a page can hold. */
export type PageKind = 'contacts' | 'agents' | LookupName;

/** The kinds of records there are. */
export type RecordKind = PageKind | Dataset;
