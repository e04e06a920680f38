export { parseJson, stringifyJson } from './json';
export { originOf, parseRecord } from './records';
export { createPace } from './pace';
export type { CxoneConnection } from './connection';
export { createCxoneClient } from './client';
export type { Authentication, CxoneClient, CxoneClientOptions } from './client';
export { earliestClock, implausibleClock } from './clock';
export type { AnswerClocks, ClockFinding } from './clock';
export { passesOf } from './contact-passes';
export type { ContactPass, PassFilter } from './contact-passes';
export {
  parseContactPage,
  startOf as startOfContact,
  startsBefore,
  stampsOf as stampsOfContact,
} from './contacts';
export { isDisproved, mayGoOn } from './list-page';
export type { ContactPage, ContactPageRequest } from './contacts';
export { countContacts } from './contact-count';
export type { CountRows } from './contact-count';
export type { UpdatedPage, UpdatedPageRequest } from './updated-contacts';
export { agentList, parseAgentPage } from './agents';
export type { AgentPage, AgentPageRequest } from './agents';
export { lookupNames, parseLookupPage } from './lookups';
export type { LookupName, LookupPage, LookupPageRequest } from './lookups';
export type { Interaction } from './interactions';
export type { InteractionMetadata } from './interaction-metadata';
export type { Download, DownloadOptions } from './download';
export type { RequestLimiter } from './limiter';
export type { RequestEvent } from './interceptors/metrics';
export type { KeepAnswer, RefusedAnswer } from './refused-answer';
export type { FilterList, Probe } from './probe';
export type { ContactSample, ContactSampleRequest } from './contact-sample';
export type { Extraction } from './extraction';
export { extractionEntities } from './extraction-columns';
export type { ExtractionEntity } from './extraction-columns';
export type { ExtractionAccess, ExtractionJob, ExtractionJobRequest } from './extraction-jobs';
export type { ExtractionResult, ExtractionResultOptions } from './extraction-result';
export type { CsvRecord } from './csv-records';
export type { PlaybackLook } from './playback-insight';
export type { SignInStep } from './session';
export { CxoneError, cxoneErrors } from './errors';
export { phrasesIn } from './known-phrases';
export type { ApiFamily, CxoneErrorCode, CxoneErrorKind } from './errors';
export { mediaPlaybackSku, permissions } from './permissions';
export { contactFields, readContact } from './contact-record';
export { agentFields, readAgent } from './agent-record';
export { lookupFields, readLookup } from './lookup-records';
export {
  evaluationFields,
  interactionMetadataFields,
  readEvaluation,
  readInteractionMetadata,
} from './extraction-records';
export type { Drift, Reading } from './record-reader';
