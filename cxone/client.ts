import { type AgentPageRequest, fetchAgent, fetchAgentPage } from './acd/agent-page';
import type { Api } from './api';
import { type CxoneConnection, secretsOf } from './connection';
import { type ContactPageRequest, fetchContactPage } from './acd/contact-page';
import { type DownloadOptions, openDownload } from './media/download';
import { compose } from './http/exchange';
import { createExtractionJob, type ExtractionJobRequest, fetchExtractionJob } from './extraction/jobs';
import { type ExtractionResultOptions, openExtractionResult } from './extraction/result-file';
import { createHostNames } from './http/host-names';
import { createHostPolicy, type Resolve } from './http/host-policy';
import { fetchInteractions } from './media/interactions';
import { authenticatedApi } from './auth/authenticated-api';
import { networkErrors } from './http/interceptors/network-errors';
import { rateLimit } from './http/interceptors/rate-limit';
import { metrics, type RequestEvent } from './http/interceptors/metrics';
import { redact } from './http/interceptors/redact';
import { statusErrors } from './http/interceptors/status-errors';
import type { RequestLimiter } from './http/rate-limiter';
import { largestBodies } from './limits';
import { fetchLookupPage, type LookupPageRequest } from './acd/lookup-page';
import { createProbe } from './probe';
import type { KeepAnswer } from './http/refused-answer';
import { createSession, type SessionOptions } from './auth/session';
import { createTransport } from './http/transport';
import { createUpdatedSince } from './acd/updated-since';
import { fetchUpdatedPage, type UpdatedPageRequest } from './acd/updated-contact-page';

export interface CxoneClientOptions extends SessionOptions {
  /** Milliseconds since 1970; the system's clock if not given. */
  readonly now?: () => number;
  /** Takes every answer that becomes an error; without one they are gone. */
  readonly keepAnswer?: KeepAnswer;
  /** Called once for every HTTP exchange, for metrics. Must not throw. */
  readonly onRequest?: (event: RequestEvent) => void;
  readonly userAgent?: string;
  /** Asked before every API request (not for discovery, tokens and files); without one they are unlimited. */
  readonly limiter?: RequestLimiter;
  /** The longest that connecting may take, TLS included; 10 s if not given. */
  readonly connectTimeoutMs?: number;
  /**
   * The longest until an answer begins; 50 s if not given, or 70 s before the whole call ends (the connection's `timeoutMs`)
   * where that is later. After a silent failure of the network a call that got lost must not be waited for a minute.
   */
  readonly headersTimeoutMs?: number;
  /** The same for Media Playback and files, of which nothing takes long to find; 20 s if not given. */
  readonly mediaHeadersTimeoutMs?: number;
  /** The longest an answer may stand still after it began; 30 s if not given. */
  readonly idleTimeoutMs?: number;
  /** How host names become addresses; the system's resolver if not given. */
  readonly resolve?: Resolve;
}

/** The result of `authenticate`; never the token itself. */
export interface Authentication {
  readonly expiresAt: Date;
  /** `na1`, `eu1` …, when known. */
  readonly area?: string;
  readonly apiEndpoint: string;
}

export type CxoneClient = ReturnType<typeof createCxoneClient>;

/**
 * One tenant's CXone. All methods throw `CxoneError`, or the signal's reason when the caller gives up. An API call passes, from the outside in: authenticatedApi → rateLimit → statusErrors →
 * networkErrors → metrics → redact → the network. Discovery and token requests need no token and are not limited; a
 * file needs even less.
 */
export function createCxoneClient(connection: CxoneConnection, options: CxoneClientOptions = {}) {
  const now = options.now ?? Date.now;
  const names = createHostNames(connection, options.keepAnswer);
  const policy = createHostPolicy(connection, names, options.resolve);
  const transport = createTransport({
    policy,
    proxies: connection.proxies,
    timeOuts: {
      connectMs: options.connectTimeoutMs ?? 10_000,
      headersMs: options.headersTimeoutMs ?? Math.max(50_000, connection.timeoutMs - 70_000),
      mediaHeadersMs: options.mediaHeadersTimeoutMs ?? options.headersTimeoutMs ?? 20_000,
      idleMs: options.idleTimeoutMs ?? 30_000,
      totalMs: connection.timeoutMs,
    },
    userAgent: options.userAgent ?? 'cxone-sync',
    maxBytes: largestBodies,
  });
  const exchange = compose(
    [
      statusErrors(now),
      networkErrors(names),
      metrics(options.onRequest),
      redact(secretsOf(connection), options.keepAnswer),
    ],
    transport.exchange,
  );
  const open = compose([networkErrors(names), metrics(options.onRequest)], transport.open);
  const session = createSession({ connection, exchange, policy, now }, options);
  const api: Api = authenticatedApi(session, policy)(compose([rateLimit(options.limiter)], exchange));
  const agentChanges = createUpdatedSince('lastUpdated');
  const { apiVersion, updatedSinceInclusive } = connection;
  const files = { open, policy, now };

  return {
    /**
     * Makes sure there is a token that works for a while; costs nothing when there is. With `forceRefresh`, credentials
     * that were refused a moment ago are tried again regardless.
     */
    async authenticate(signal?: AbortSignal, forceRefresh = false): Promise<Authentication> {
      if (forceRefresh) session.invalidate();
      const { expiresAt, area, apiEndpoint } = await session.getToken(signal);
      return { expiresAt: new Date(expiresAt), apiEndpoint, ...(area === undefined ? {} : { area }) };
    },
    contactPage: (request: ContactPageRequest, signal?: AbortSignal) =>
      fetchContactPage(api, apiVersion, request, signal),
    updatedPage: (request: UpdatedPageRequest, signal?: AbortSignal) =>
      fetchUpdatedPage({ api, apiVersion, updatedSinceInclusive }, request, signal),
    agentPage: (request: AgentPageRequest, signal?: AbortSignal) =>
      fetchAgentPage({ api, apiVersion, changes: agentChanges }, request, signal),
    /** Null when CXone does not know or show the agent. */
    agent: (agentId: string, signal?: AbortSignal) => fetchAgent(api, apiVersion, agentId, signal),
    lookupPage: (request: LookupPageRequest, signal?: AbortSignal) =>
      fetchLookupPage(api, apiVersion, request, signal),
    /** Null when there is nothing (yet) under this master contact id. */
    interactions: (masterContactId: string, signal?: AbortSignal) =>
      fetchInteractions(api, masterContactId, signal),
    download: (url: string, signal?: AbortSignal, downloadOptions?: DownloadOptions) =>
      openDownload(files, url, signal, downloadOptions),
    /**
     * Data Extraction (contract §10): a job, asked for until it is done, then its CSV. CXone serves one caller of a tenant
     * at a time and one job in 30 s; to keep to that is the caller's part, for only they know of other workers.
     */
    extraction: {
      createJob: (request: ExtractionJobRequest, signal?: AbortSignal) =>
        createExtractionJob(api, request, now, signal),
      job: (jobId: string, signal?: AbortSignal) => fetchExtractionJob(api, jobId, now, signal),
      openResult: (url: string, signal?: AbortSignal, resultOptions?: ExtractionResultOptions) =>
        openExtractionResult(files, url, signal, resultOptions),
    },
    /** Questions of `check` and `plan`. */
    probe: createProbe(api, apiVersion),
    /** Closes idle connections. */
    close: () => transport.close(),
  };
}
