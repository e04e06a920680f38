import type { LookupName } from '../ingest/batch';
import { type BulkTable, defineColumns } from '../ingest/columns';

/** The reference data of contract §3.3, in canonical camelCase; what does not say what a row is stays in `extra`. */
export const lookupTables: Readonly<Record<LookupName, BulkTable>> = {
  skills: {
    name: 'skill',
    key: 'skill_id',
    stamp: 'last_update_time',
    required: ['skill_id'],
    columns: defineColumns({
      bigint: 'skillId mediaTypeId campaignId',
      timestamptz: 'lastUpdateTime',
      boolean: 'isActive isOutbound',
      text: 'skillName mediaTypeName campaignName outboundStrategy notes',
    }),
  },
  campaigns: {
    name: 'campaign',
    key: 'campaign_id',
    stamp: 'last_update_time',
    required: ['campaign_id'],
    columns: defineColumns({
      bigint: 'campaignId',
      timestamptz: 'lastUpdateTime',
      boolean: 'isActive',
      text: 'campaignName description notes',
    }),
  },
  teams: {
    name: 'team',
    key: 'team_id',
    stamp: 'last_update_time',
    required: ['team_id'],
    columns: defineColumns({
      bigint: 'teamId agentCount divisionNo',
      timestamptz: 'lastUpdateTime',
      boolean: 'isActive',
      text: 'teamName description notes teamUuid teamLeadId',
    }),
  },
  dispositions: {
    name: 'disposition',
    key: 'disposition_id',
    stamp: 'last_updated',
    required: ['disposition_id'],
    columns: defineColumns({
      bigint: 'dispositionId classificationId',
      timestamptz: 'lastUpdated',
      boolean: 'isActive isPreviewDisposition',
      text: 'dispositionName notes systemOutcome',
    }),
  },
};

/** The API names, in canonical camelCase, of the fields that have a column of their own, by list. */
export const lookupFields: Readonly<Record<LookupName, readonly string[]>> = {
  skills: lookupTables.skills.columns.map(({ field }) => field),
  campaigns: lookupTables.campaigns.columns.map(({ field }) => field),
  teams: lookupTables.teams.columns.map(({ field }) => field),
  dispositions: lookupTables.dispositions.columns.map(({ field }) => field),
};
