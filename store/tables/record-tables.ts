import type { PoolClient } from 'pg';
import { agentTable } from './agent-columns';
import type { RecordKind } from '../ingest/batch';
import type { BulkTable } from '../ingest/columns';
import { contactTable } from './contact-columns';
import { extractionTables } from './extraction-columns';
import { lookupTables } from './lookup-columns';
import { enqueueRecordings, type RecordingOptions } from './expected-recordings';

/** A table that records of one kind go to, and what belongs to them besides their rows. */
export interface RecordTable {
  readonly table: BulkTable;
  /** Runs in the transaction that stored the staged rows. */
  readonly after?: (
    client: PoolClient,
    tenant: string,
    staging: string,
    options: RecordingOptions,
  ) => Promise<void>;
}

/** Where records go that are stored without a landed page, by kind: one line for each. */
export const recordTables: Readonly<Record<RecordKind, RecordTable>> = {
  contacts: {
    table: contactTable,
    async after(client, tenant, staging, { recordings, ...choice }) {
      if (recordings) await enqueueRecordings(client, tenant, staging, choice);
    },
  },
  agents: { table: agentTable },
  skills: { table: lookupTables.skills },
  campaigns: { table: lookupTables.campaigns },
  teams: { table: lookupTables.teams },
  dispositions: { table: lookupTables.dispositions },
  'interaction-metadata': { table: extractionTables['interaction-metadata'] },
  evaluations: { table: extractionTables.evaluations },
};

/** The kinds of records there are. */
export const recordKinds = Object.keys(recordTables) as readonly RecordKind[];
