export type * from './batch';
export { agentFields } from './agent-columns';
export { contactFields } from './contact-columns';
export { extractionFields } from './extraction-columns';
export type * from './extraction-ledger';
export type { ExtractionSlots, SlotClaim, SlotTerms } from './extraction-slots';
export { lookupFields } from './lookup-columns';
export type { AgentTable } from './agents';
export type * from './api-errors';
export type * from './misconfigured-tenants';
export type { ContactTable } from './contacts';
export { StoreError, storeRemedies } from './errors';
export type { StoreErrorCode } from './errors';
export { RecordingFileError } from './files/errors';
export type { RecordingFileCode } from './files/errors';
export { adoptStorage } from './files/marked-files';
export type { MarkOptions, StorageLedger } from './files/marked-files';
export { openBareFiles, openRecordingFiles } from './files/open-recording-files';
export type { RecordingFiles, SavedFile, SaveOptions } from './files/recording-files';
export type { RecordingStorage } from './files/open-recording-files';
export type { KeyRing, RecordingKey } from './files/sealing/key-ring';
export { recordingKey } from './files/recording-key';
export type { RecordingName } from './files/recording-key';
export { createSpaceGuard } from './files/free-space';
export type { SpaceGuard } from './files/free-space';
export type { InteractionRow } from './interactions';
export type { QuotaSize } from './quotas/grid';
export type { QuotaUse } from './quotas/quota-use';
export type { QuotaWaits } from './quotas/quota-waits';
export type { Admission, QuotaName, Quotas } from './quotas/quotas';
export type * from './holdings';
export type { LandedPage, Landing, PageKey, PageToLand } from './landing';
export type { FilterChange, LiveFilters } from './live-filters';
export type { FilteredTenant, GapReason, LiveGaps, OpenGap } from './live-gaps';
export type { LookupEnd, LookupProblem, LookupTables } from './lookups';
export { migrate, pendingMigrations } from './migrate';
export type * from './overview';
export type {
  RecordedCall,
  RecordingRow,
  RecordingStatus,
  RecordingTable,
  StoredRecording,
} from './recordings';
export type { RecordingCounts } from './window-ledger';
export type { PlaybackTallies, PlaybackTally, QueryTally } from './playback-tally';
export type { BacklogDone, BacklogTerms } from './recording-backlog';
export type { RecordedCalls, RecordingChoice } from './recording-choice';
export { recordKinds } from './record-tables';
export type * from './rejected-records';
export type { SignIns } from './sign-ins';
export type { ClockReading, ClockState, SetBack, SetBackOptions, SourceClocks } from './source-clocks';
export type { StuckSession, StuckSessions } from './stuck-sessions';
export { openStore } from './store';
export type { Store, StoreOptions } from './store';
export type { Watermarks } from './watermarks';
export { isWithin } from './window-filter';
export type * from './window-ledger';
