import type { Dataset } from '../ingest/batch';
import { type BulkTable, defineColumns } from '../ingest/columns';

/** By which day's file a row came in: the day it is missed by when that day's file no longer holds it. */
const dayRead = 'extractDay';

/** What the files of Data Extraction hold (contract §10), one table for each. */
export const extractionTables: Readonly<Record<Dataset, BulkTable>> = {
  'interaction-metadata': {
    name: 'interaction_metadata',
    key: 'segment_id',
    // CXone gives no time of change: what is newer goes by when its file was asked for, by the database's clock.
    stamp: 'extracted_at',
    circumstances: ['extracted_at', 'extract_day'],
    required: ['segment_id'],
    columns: defineColumns({
      bigint: 'acdCallId contactId agentId',
      timestamptz: 'startDate endDate extractedAt',
      date: dayRead,
      text: `
        segmentId voiceRecordingStatus screenRecordingStatus agentName agentTeam agentSkills ani dnis disposition
        direction mediaType channelType`,
    }),
  },
  evaluations: {
    name: 'evaluation',
    key: 'evaluation_id',
    stamp: 'last_updated',
    circumstances: ['extract_day'],
    required: ['evaluation_id'],
    columns: defineColumns({
      timestamptz: 'startDate submissionDate lastUpdated interactionStartDate interactionEndDate',
      'double precision': 'scorePercentage score maximumPossibleScore',
      boolean: 'autoAcknowledged failedCriticalQuestion',
      date: dayRead,
      text: `
        evaluationId workflowId tenantName agentId type evaluationFlowTrigger workflowStatus workflowState planName
        formName formVersion rank userReviewComments disputeResolverComments segmentId acdId interactionType
        interactionDirection teamId teamName phoneNumber firstnameEva lastnameEva firstnameAgent lastnameAgent
        firstnameDisp lastnameDisp firstnameAssigner lastnameAssigner`,
    }),
  },
};

/** Columns that say how a row was read; no field of CXone's stands behind them. */
const ours: ReadonlySet<string> = new Set([dayRead, 'extractedAt']);

const fieldsOf = (dataset: Dataset): readonly string[] =>
  extractionTables[dataset].columns.map(({ field }) => field).filter((field) => !ours.has(field));

/** The names, in our camelCase, of the fields that have a column of their own, by dataset. */
export const extractionFields: Readonly<Record<Dataset, readonly string[]>> = {
  'interaction-metadata': fieldsOf('interaction-metadata'),
  evaluations: fieldsOf('evaluations'),
};
