import { type BulkTable, defineColumns } from '../ingest/columns';

/** Every field of contract §2.2. `refuseTime` is text there, a number elsewhere: text holds both. */
const columns = defineColumns({
  bigint: `
    contactId masterContactId agentId teamId skillId campaignId pointOfContactId mediaTypeId
    mediaSubTypeId primaryDispositionId secondaryDispositionId transferIndicatorId divisionNo holdCount
    callbackTime routingTime routingAttribute highProficiency lowProficiency serviceLevelFlag`,
  timestamptz:
    'contactStartDate lastUpdateTime dateContactWarehoused dateACWWarehoused analyticsProcessedDate',
  'double precision': `
    totalDurationSeconds agentSeconds acwSeconds holdSeconds inQueueSeconds preQueueSeconds
    postQueueSeconds abandonSeconds releaseSeconds conferenceSeconds`,
  boolean: 'isOutbound isLogged isRefused isTakeover isShortAbandon abandoned isAnalyticsProcessed',
  text: `
    firstName lastName teamName skillName campaignName pointOfContactName mediaTypeName mediaSubTypeName
    fromAddress toAddress dispositionNotes endReason refuseReason refuseTime transferIndicatorName`,
  jsonb: 'tags',
});

export const contactTable: BulkTable = {
  name: 'contact',
  columns,
  key: 'contact_id',
  stamp: 'last_update_time',
  required: ['contact_id', 'contact_start_date'],
};

/** The API names of the fields that have a column of their own. */
export const contactFields: readonly string[] = columns.map(({ field }) => field);
