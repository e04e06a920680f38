import { createAgentsEndpoint } from './admin/agents-endpoint';
import { createAgentLists } from './admin/agent-lists';
import { createAgents } from './admin/agents';
import { createApi } from './api';
import { createTokenEndpoint } from './auth/auth-endpoint';
import { createBadRecords } from './contacts/bad-records';
import type { StampWriter } from './data/calendar';
import { phoneCanary } from './contacts/call-details';
import { createContactWriter } from './contacts/contact-json';
import { createContactSource } from './contacts/contact-source';
import { createContactIndex } from './contacts/contact-index';
import { createContactRows } from './contacts/contact-rows';
import { createContactsEndpoint } from './contacts/contacts-endpoint';
import { createDayTables } from './contacts/day-table';
import { createDiscoveryEndpoint } from './auth/discovery-endpoint';
import { createEdits } from './contacts/mutations';
import { createEvaluations } from './extraction/evaluations';
import { createExtractionEndpoint } from './extraction/extraction-endpoint';
import { createExtractionJobs } from './extraction/extraction-jobs';
import { createFileEndpoint } from './file-endpoint';
import { bytesOf, credentialsOf } from './auth/credentials';
import { createInteractionExtract } from './extraction/interaction-extract';
import { createLookups } from './admin/lookups';
import { createMediaEndpoint } from './media/media-endpoint';
import { createMediaFiles } from './media/media-files';
import type { Settings } from './options';
import { createPresignedUrls } from './media/presigned-urls';
import { createQuota } from './media/quota';
import { createRecordings } from './media/recordings';
import { createRowChanges } from './contacts/row-changes';
import { createTokens, type SigningKey } from './auth/tokens';
import { createGroundTruth } from './truth';

/** One customer of the simulated CXone: credentials, data of its own, and the endpoints that serve them. */
export type Tenant = ReturnType<typeof createTenant>;

/** What the tenants of one simulator have in common. */
export interface SharedContext {
  readonly key: SigningKey;
  readonly stamp: StampWriter;
  /** Origins, known once the servers listen. */
  readonly address: () => string;
  readonly mediaAddress: () => string;
  /** Called with every secret as it is issued. */
  readonly recordSecret: (secret: string) => void;
  /** Memory for rows, in bytes. */
  readonly bytesKept: number;
}

/** Creates a tenant; nothing is computed before the first request. */
export function createTenant(settings: Settings, shared: SharedContext) {
  const { seed, name, mediaQuota } = settings;
  const { key, stamp, address, mediaAddress, recordSecret, bytesKept } = shared;
  const credentials = credentialsOf(seed);
  const { tenantId } = credentials;
  const mark = (label: string): string =>
    `cnry-${label}-${bytesOf(seed, label).toString('hex').slice(0, 12)}`;

  const edits = createEdits();
  const badRecords = createBadRecords(seed);
  const source = createContactSource(settings, edits);
  const write = createContactWriter(stamp, mark('note'));
  const rows = createContactRows({ source, write, edits, badRecords, bytesKept });
  const index = createContactIndex(source.perDay, createDayTables(source, edits), edits, rows);
  const agents = createAgents(settings, stamp, mark('apikey'));
  const files = createMediaFiles(seed);
  const recordings = createRecordings(settings, source, files);
  const urls = createPresignedUrls(tenantId, mediaAddress, settings.urlLifetimeSeconds, recordSecret);
  const quota = mediaQuota === 'off' ? undefined : createQuota(mediaQuota.requests, mediaQuota.perSeconds);
  const tokens = createTokens({ settings, credentials, key, issuer: address, recordSecret });
  const interactions = createInteractionExtract(source, index, recordings, stamp);
  const marks = { comment: mark('comment'), name: mark('name') };
  const evaluations = createEvaluations(settings, source, recordings, marks);
  const jobs = createExtractionJobs(seed, settings.extractionSpacingSeconds);
  const extraction = createExtractionEndpoint({ tenantId, jobs, interactions, evaluations, urls });

  return {
    name,
    credentials,
    tokens,
    truth: createGroundTruth({
      ...{ source, index, rows, agents, recordings, badRecords },
      ...{ interactions, evaluations },
    }),
    badRecords,
    /** Answers on the origin of issuer and APIs. */
    api: createApi({
      tokens,
      discovery: createDiscoveryEndpoint(tenantId, address, key),
      token: createTokenEndpoint(credentials, settings.clientAuthentication, tokens),
      contacts: createContactsEndpoint({ seed, address, source, index, rows, stamp }),
      agents: createAgentsEndpoint(agents, stamp, address),
      agentLists: createAgentLists(seed, agents, stamp, address),
      lookups: createLookups(settings, tenantId, stamp, address),
      media: createMediaEndpoint({ seed, recordings, agents, urls, quota, stamp }),
      extraction: (exchange) => extraction.answer(exchange),
    }),
    /** Answers on the origin of the recordings. */
    files: createFileEndpoint(recordings, files, urls, extraction),
    changeRows: createRowChanges(seed, index, edits),
    /** Secrets and texts that are known from the start and must never leak. */
    canaries: [
      phoneCanary,
      mark('note'),
      mark('apikey'),
      marks.comment,
      marks.name,
      credentials.clientSecret,
      credentials.accessKeySecret,
    ],
  };
}
