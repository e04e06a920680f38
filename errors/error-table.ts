import { cxoneAccessErrors } from './cxone-access';
import { cxoneAnswerErrors } from './cxone-answers';
import type { ErrorRow } from './error-row';
import { fileErrors } from './files';
import { runErrors } from './run';
import { storeErrors } from './store';

export const cxoneErrors = { ...cxoneAccessErrors, ...cxoneAnswerErrors };
const all = { ...cxoneErrors, ...storeErrors, ...fileErrors, ...runErrors };

export type CxoneErrorCode = keyof typeof cxoneErrors;
export type StoreErrorCode = keyof typeof storeErrors;
export type RecordingFileCode = keyof typeof fileErrors;
export type ErrorCode = keyof typeof all;

declare const read: unique symbol;
/** A code as a run or a row has it: of the table, or of another release. */
export type ReadCode = ErrorCode | (string & { readonly [read]: true });

/** Every way in which the program can fail, or be failed by others: one closed list. */
export const errorTable: Readonly<Record<ErrorCode, ErrorRow>> = all;

const rows: ReadonlyMap<string, ErrorRow> = new Map(Object.entries(errorTable));

/** What the table says of a code that was read from a run or a row; undefined for one of another release. */
export function errorRow(code: string | null | undefined): ErrorRow | undefined {
  return rows.get(code ?? '');
}

/** The codes whose columns say so. */
export function codesWhere(holds: (row: ErrorRow) => boolean): readonly ErrorCode[] {
  return (Object.keys(errorTable) as ErrorCode[]).filter((code) => holds(errorTable[code]));
}

/** The code of a run or a row; `Unexpected` where it has none. */
export function readCode(text: string | null | undefined): ReadCode {
  return (text ?? 'Unexpected') as ReadCode;
}

/** Whether a code that was read is this one. */
export function isCode(code: string | null | undefined, wanted: ErrorCode): boolean {
  return code === wanted;
}
