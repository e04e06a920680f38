import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';

/** What the columns of Web UI's run list show and its filters search. */
export const searchAttributeKeys = {
  tenant: defineSearchAttributeKey('CxoneTenant', SearchAttributeType.KEYWORD),
  status: defineSearchAttributeKey('CxoneStatus', SearchAttributeType.KEYWORD),
  trigger: defineSearchAttributeKey('CxoneTrigger', SearchAttributeType.KEYWORD),
  errorType: defineSearchAttributeKey('CxoneErrorType', SearchAttributeType.KEYWORD),
  backfillId: defineSearchAttributeKey('CxoneBackfillId', SearchAttributeType.KEYWORD),
  windowStart: defineSearchAttributeKey('CxoneWindowStart', SearchAttributeType.DATETIME),
  windowEnd: defineSearchAttributeKey('CxoneWindowEnd', SearchAttributeType.DATETIME),
  contacts: defineSearchAttributeKey('CxoneContacts', SearchAttributeType.INT),
  recordings: defineSearchAttributeKey('CxoneRecordings', SearchAttributeType.INT),
  rejected: defineSearchAttributeKey('CxoneRejected', SearchAttributeType.INT),
} as const;

/** Set by Temporal on the runs of a schedule. */
export const scheduledById = defineSearchAttributeKey('TemporalScheduledById', SearchAttributeType.KEYWORD);

/** Values of `CxoneStatus`. */
export type RunStatus = 'Running' | 'AwaitingOperator' | 'Complete' | 'Incomplete' | 'Failed';
/** Values of `CxoneTrigger`: who started the run. */
export type RunTrigger = 'manual' | 'schedule' | 'backfill';
