import { fetchAgent, fetchAgentPage } from './agents';
import type { AgentPage, AgentPageRequest } from './agents';
import { createApi } from './api';
import type { CxoneConnection } from './connection';
import { fetchContactPage } from './contacts';
import type { ContactPage, ContactPageRequest } from './contacts';
import { openDownload } from './download';
import type { Download, DownloadOptions } from './download';
import { createHostPolicy } from './host-policy';
import type { Resolve } from './host-policy';
import { fetchInteractions } from './interactions';
import type { Interaction } from './interactions';
import type { RequestLimiter } from './limiter';
import { createSession } from './session';
import { createTransport } from './transport';
import type { RequestEvent } from './transport';

export interface CxoneClientOptions {
  /** Milliseconds since 1970; the system's clock if not given. */
  readonly now?: () => number;
  /** Called once for every HTTP exchange, for metrics. Must not throw. */
  readonly onRequest?: (event: RequestEvent) => void;
  /** Asked before every API call; without one nothing is limited. */
  readonly limiter?: RequestLimiter;
  readonly userAgent?: string;
  /** The longest that connecting may take, TLS included; 10 s if not given. */
  readonly connectTimeoutMs?: number;
  /** How host names become addresses; the system's resolver if not given. */
  readonly resolve?: Resolve;
}

/** What a call to `authenticate` tells; never the token itself. */
export interface Authentication {
  readonly expiresAt: Date;
  /** `na1`, `eu1` …, when known. */
  readonly area?: string;
  readonly apiEndpoint: string;
}

/** One tenant's CXone. All methods throw `CxoneError`, or the signal's reason when the caller gives up. */
export interface CxoneClient {
  /** Makes sure there is a token that works for a while; costs nothing when there is. */
  authenticate(signal?: AbortSignal): Promise<Authentication>;
  contactPage(request: ContactPageRequest, signal?: AbortSignal): Promise<ContactPage>;
  agentPage(request: AgentPageRequest, signal?: AbortSignal): Promise<AgentPage>;
  /** Null when CXone does not know or show the agent. */
  agent(agentId: string, signal?: AbortSignal): Promise<AgentPage | null>;
  /** Null when there is nothing (yet) under this master contact id. */
  interactions(masterContactId: string, signal?: AbortSignal): Promise<readonly Interaction[] | null>;
  download(url: string, signal?: AbortSignal, options?: DownloadOptions): Promise<Download>;
  /** Closes idle connections. */
  close(): void;
}

/** Puts the pieces together: host policy → transport → session (token) → API calls. */
export function createCxoneClient(
  connection: CxoneConnection,
  options: CxoneClientOptions = {},
): CxoneClient {
  const now = options.now ?? Date.now;
  const policy = createHostPolicy(connection, options.resolve);
  const transport = createTransport({
    policy,
    timeoutMs: connection.timeoutMs,
    connectTimeoutMs: options.connectTimeoutMs ?? 10_000,
    userAgent: options.userAgent ?? 'cxone-sync',
    onRequest: options.onRequest,
  });
  const session = createSession(connection, transport, policy, now);
  const api = createApi(connection, session, transport, policy, now, options.limiter);
  const { apiVersion } = connection;

  return {
    async authenticate(signal) {
      const { expiresAt, area, apiEndpoint } = await session.grant(signal);
      return { expiresAt: new Date(expiresAt), apiEndpoint, ...(area === undefined ? {} : { area }) };
    },
    contactPage: (request, signal) => fetchContactPage(api, apiVersion, request, signal),
    agentPage: (request, signal) => fetchAgentPage(api, apiVersion, request, signal),
    agent: (agentId, signal) => fetchAgent(api, apiVersion, agentId, signal),
    interactions: (masterContactId, signal) => fetchInteractions(api, masterContactId, signal),
    download: (url, signal, downloadOptions) =>
      openDownload(transport, policy, url, now, signal, downloadOptions),
    close: () => transport.close(),
  };
}
