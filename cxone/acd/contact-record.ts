import { createReader, fieldNames, type FieldTypes, names } from '../records/record-reader';

/** Every field of contract §2.2; types by real payloads where the specification is wrong (`refuseTime` is either). */
const fields: FieldTypes = {
  integer: names(`
    contactId masterContactId agentId teamId skillId campaignId pointOfContactId mediaTypeId
    mediaSubTypeId primaryDispositionId secondaryDispositionId transferIndicatorId holdCount
    callbackTime routingTime routingAttribute highProficiency lowProficiency serviceLevelFlag
    divisionNo
  `),
  decimal: names(`
    totalDurationSeconds agentSeconds acwSeconds holdSeconds inQueueSeconds preQueueSeconds
    postQueueSeconds abandonSeconds releaseSeconds conferenceSeconds
  `),
  flag: names(`
    isOutbound isLogged isRefused isTakeover isShortAbandon abandoned isAnalyticsProcessed
  `),
  text: names(`
    firstName lastName teamName skillName campaignName pointOfContactName mediaTypeName
    mediaSubTypeName fromAddress toAddress dispositionNotes endReason refuseReason refuseTime
    transferIndicatorName
  `),
  timestamp: names(`
    contactStartDate lastUpdateTime dateContactWarehoused dateACWWarehoused analyticsProcessedDate
  `),
  list: ['tags'],
};

/** The names of the contact fields with a column of their own. */
export const contactFields = fieldNames(fields);

/** Reads one contact (contract §2.2). Stored if it has an id and a start; `tags` come as JSON text. Never throws. */
export const readContact = createReader({ fields, key: 'contactId', required: ['contactStartDate'] });
