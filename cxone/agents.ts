import { readAnswer } from './answer';
import { dateOf } from './answer-headers';
import type { Api } from './api';
import { isObject, stringifyJson, valueOf } from './json';
import { countOf, parseList, requireList } from './list-page';
import type { UpdatedSince } from './updated-since';

export interface AgentPageRequest {
  readonly updatedSince?: Date | undefined;
  /** Rows to leave out, from 0. */
  readonly skip: number;
  readonly top: number;
}

export interface AgentPage {
  /** The answer to land, without the agents' API keys; otherwise as received. */
  readonly body: Buffer;
  readonly records: readonly unknown[];
  /** All matches of the request; null when the answer does not say. */
  readonly totalRecords: number | null;
  /** CXone's clock, ISO 8601 with Z; null when the answer does not say. */
  readonly lastPollTime: string | null;
  /** How many agents the service user is not allowed to see (contract §3.1). */
  readonly hiddenAgents: number;
  /** Whether the answer links to a page after it. */
  readonly hasNext?: boolean;
  /** CXone's clock by HTTP's own header, in whole seconds; null when it is absent. */
  readonly clock?: Date | null;
}

/** Fields that must not be stored or logged anywhere, whatever their case. */
const secretFields = new Set(['apikey', 'password']);

/** `GET /agents` (contract §3.1). @throws CxoneError */
export async function fetchAgentPage(
  api: Api,
  apiVersion: string,
  changes: UpdatedSince,
  { updatedSince, skip, top }: AgentPageRequest,
  signal?: AbortSignal,
): Promise<AgentPage> {
  const ask = async (since: Readonly<Record<string, string>>, from: number): Promise<AgentPage> => {
    const path = `/incontactapi/services/${apiVersion}/agents`;
    const parameters = { ...since, orderBy: 'agentId asc', skip: from, top };
    const answer = await api.get({ family: 'agents', path, parameters }, signal);
    const page = readAnswer(answer, (body, contentType) => read(body, from, contentType));
    return { ...page, clock: dateOf(answer) };
  };
  return updatedSince === undefined ? ask({}, skip) : changes.page(updatedSince, skip, ask);
}

/** `GET /agents/{agentId}` (contract §3.1); null when CXone does not know or show the agent (404, 204). @throws CxoneError */
export async function fetchAgent(
  api: Api,
  apiVersion: string,
  agentId: string,
  signal?: AbortSignal,
): Promise<AgentPage | null> {
  const path = `/incontactapi/services/${apiVersion}/agents/${encodeURIComponent(agentId)}`;
  const answer = await api.get({ family: 'agents', path, parameters: {}, accept: [404] }, signal);
  if (answer.status === 404) return null;
  const page = readAnswer(answer, (body, contentType) => read(body, 0, contentType));
  return page.records.length === 0 ? null : page;
}

/**
 * The same reading for a page that was landed before.
 * @throws CxoneError `UnexpectedHtml`, `IncompleteAnswer`, `UnexpectedShape`
 */
export function parseAgentPage(body: Buffer): AgentPage {
  return read(body, Number.POSITIVE_INFINITY);
}

function read(received: Buffer, skip: number, contentType?: string): AgentPage {
  const page = parseList(received, 'agents', 'agents', contentType);
  requireList(page, skip, 'agents');
  const { totalRecords, lastPollTime, hasNext, wrapper } = page;
  const hiddenAgents = countOf(valueOf(wrapper, 'hiddenAgents')) ?? 0;
  const records = page.records.map(withoutSecrets);
  const unchanged = records.every((record, index) => record === page.records[index]);
  const body = unchanged ? received : Buffer.from(stringifyJson({ ...wrapper, agents: records }));
  return { body, records, totalRecords, lastPollTime, hiddenAgents, ...(hasNext && { hasNext }) };
}

/** The same record when there is nothing to cut. */
function withoutSecrets(record: unknown): unknown {
  if (!isObject(record)) return record;
  const entries = Object.entries(record);
  const kept = entries.filter(([key]) => !secretFields.has(key.toLowerCase()));
  return kept.length === entries.length ? record : Object.fromEntries(kept);
}
