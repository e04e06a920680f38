export { apart, causeOfRaised, fromFailure, sentencesOf, toFailure } from './cause';
export type { Cause, Explained, Raised } from './cause';
export { CodedError } from './coded-error';
export type { ApiFamily, ErrorKind, ErrorRow, ErrorScope } from './error-row';
export { codesWhere, cxoneErrors, errorRow, errorTable, isCode, readCode } from './error-table';
export type { CxoneErrorCode, ErrorCode, ReadCode, RecordingFileCode, StoreErrorCode } from './error-table';
export { mediaPlaybackSku, permissions } from './permissions';
