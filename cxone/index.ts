export { parseJson, stringifyJson } from './json/json';
export { originOf, parseRecord } from './records/records';
export { createPace } from './json/pace';
export type { CxoneConnection } from './connection';
export { createCxoneClient } from './client';
export type { Authentication, CxoneClient, CxoneClientOptions } from './client';
export { earliestClock, implausibleClock } from './clock';
export type { AnswerClocks, ClockFinding } from './clock';
export { filterCombinations } from './acd/filter-combinations';
export type { FilterCombination, WindowFilterIds } from './acd/filter-combinations';
export {
  parseContactPage,
  startOf as startOfContact,
  startsBefore,
  stampsOf as stampsOfContact,
} from './acd/contact-page';
export { isDisproved, leastCap, mayGoOn } from './acd/list-page';
export { shrinkingPage } from './acd/shrinking-page';
export type { ContactPage, ContactPageRequest } from './acd/contact-page';
export { countContacts } from './acd/contact-count';
export type { CountRows } from './acd/contact-count';
export type { UpdatedPage, UpdatedPageRequest } from './acd/updated-contact-page';
export { agentList, parseAgentPage } from './acd/agent-page';
export type { AgentPage, AgentPageRequest } from './acd/agent-page';
export { lookupNames, parseLookupPage } from './acd/lookup-page';
export type { LookupName, LookupPage, LookupPageRequest } from './acd/lookup-page';
export type { Interaction } from './media/interactions';
export type { InteractionMetadata } from './media/interaction-metadata';
export type { Download, DownloadOptions } from './media/download';
export type { RequestLimiter } from './http/rate-limiter';
export type { RequestEvent } from './http/interceptors/metrics';
export type { KeepAnswer, RefusedAnswer } from './http/refused-answer';
export type { FilterList, Probe } from './probe';
export type { ContactSample, ContactSampleRequest } from './acd/contact-sample';
export type { ExtractionEntity } from './extraction/columns';
export type { ExtractionAccess, ExtractionJob, ExtractionJobRequest } from './extraction/jobs';
export type { ExtractionResult, ExtractionResultOptions } from './extraction/result-file';
export type { CsvRecord } from './extraction/csv';
export type { PlaybackLook } from './media/playback-sample';
export type { SignInStep } from './auth/session';
export { CxoneError } from './cxone-error';
export { phrasesIn } from './http/known-phrases';
export { contactFields, readContact } from './acd/contact-record';
export { agentFields, readAgent } from './acd/agent-record';
export { lookupFields, readLookup } from './acd/lookup-records';
export {
  evaluationFields,
  interactionMetadataFields,
  readEvaluation,
  readInteractionMetadata,
} from './extraction/records';
export type { Drift, Reading } from './records/record-reader';
