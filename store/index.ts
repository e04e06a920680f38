export type * from './ingest/batch';
export { agentFields } from './tables/agent-columns';
export { contactFields } from './tables/contact-columns';
export { extractionFields } from './tables/extraction-columns';
export type * from './extraction/types';
export type { ExtractionSlots, SlotClaim, SlotTerms } from './extraction/job-slots';
export { lookupFields } from './tables/lookup-columns';
export type { AgentTable } from './tables/agents';
export type * from './tables/api-errors';
export type * from './tables/misconfigured-tenants';
export type { ContactTable } from './tables/contacts';
export { StoreError } from './postgres/errors';
export { RecordingFileError } from './files/errors';
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
export type { InteractionRow } from './recordings/interactions';
export type { QuotaSize } from './quotas/grid';
export type { QuotaUse } from './quotas/quota-use';
export type { QuotaWaits } from './quotas/quota-waits';
export type { Admission, QuotaName, Quotas } from './quotas/quotas';
export type * from './windows/holdings';
export type { LandedPage, Landing, PageKey, PageToLand } from './ingest/landing-page';
export type { FilterChange, LiveFilters } from './windows/live-filters';
export type { FilteredTenant, GapReason, LiveGaps, OpenGap } from './windows/live-gaps';
export type { LookupEnd, LookupProblem, LookupTables } from './tables/lookups';
export { migrate, pendingMigrations } from './postgres/migrate';
export type * from './tables/overview';
export type {
  RecordedCall,
  RecordingRow,
  RecordingStatus,
  RecordingTable,
  StoredRecording,
} from './recordings/recordings';
export type { RecordingCounts } from './windows/window-ledger';
export type { PlaybackTallies, PlaybackTally, QueryTally } from './recordings/playback-tally';
export type { BacklogDone, BacklogTerms } from './recordings/backlog';
export type { RecordedCalls, RecordingChoice } from './tables/recording-choice';
export { recordKinds } from './tables/record-tables';
export type * from './tables/rejected-records';
export type { SignIns } from './tables/sign-ins';
export type {
  ClockReading,
  ClockState,
  SetBack,
  SetBackOptions,
  SourceClocks,
} from './windows/source-clocks';
export type { StuckSession, StuckSessions } from './postgres/stuck-sessions';
export { openStore } from './store';
export type { Store, StoreOptions } from './store';
export type { Watermarks } from './tables/watermarks';
export { isWithin, sortedFilter } from './tables/window-filter';
export type { WindowFilter } from './tables/window-filter';
export type * from './windows/window-ledger';
