import { brokenJson, readAnswer } from '../http/read-json';
import { dateOf } from '../http/response-headers';
import type { Api } from '../api';
import { isObject, type JsonObject, stringifyJson, valueOf } from '../json/json';
import { withoutMembers } from '../json/members';
import { countOf, type ListPage, parseList, requireList } from './list-page';
import { createPace } from '../json/pace';
import { Origin, originOf, withOrigin } from '../records/records';
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

interface AgentSource {
  readonly api: Api;
  readonly apiVersion: string;
  readonly changes: UpdatedSince;
}

/** `GET /agents` (contract §3.1). @throws CxoneError */
export async function fetchAgentPage(
  { api, apiVersion, changes }: AgentSource,
  { updatedSince, skip, top }: AgentPageRequest,
  signal?: AbortSignal,
): Promise<AgentPage> {
  const ask = async (since: Readonly<Record<string, string>>, from: number): Promise<AgentPage> => {
    const path = `/incontactapi/services/${apiVersion}/agents`;
    const parameters = { ...since, orderBy: 'agentId asc', skip: from, top };
    const answer = await api.get({ family: 'agents', path, parameters }, signal);
    const page = await readAnswer(answer, (body, contentType) => read(body, from, contentType));
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
  const page = await readAnswer(answer, (body, contentType) => read(body, 0, contentType));
  return page.records.length === 0 ? null : page;
}

/**
 * The same reading for a page that was landed before.
 * @throws CxoneError `UnexpectedHtml`, `IncompleteAnswer`, `UnexpectedShape`, `ResponseTooLarge`
 */
export async function parseAgentPage(body: Buffer): Promise<AgentPage> {
  return read(body, Number.POSITIVE_INFINITY);
}

async function read(received: Buffer, skip: number, contentType?: string): Promise<AgentPage> {
  const page = await parseList(received, 'agents', 'agents', contentType);
  requireList(page, skip, 'agents');
  const { totalRecords, lastPollTime, hasNext, wrapper } = page;
  const hiddenAgents = countOf(valueOf(wrapper, 'hiddenAgents')) ?? 0;
  const kept = await withoutSecrets(received, page);
  return { ...kept, totalRecords, lastPollTime, hiddenAgents, ...(hasNext && { hasNext }) };
}

/** Agents, and the answer that brought them, without their secrets; the same answer when there were none. */
async function withoutSecrets(
  received: Buffer,
  { records, wrapper }: ListPage,
): Promise<Pick<AgentPage, 'body' | 'records'>> {
  const pace = createPace();
  const kept: unknown[] = [];
  for (const record of records) {
    try {
      kept.push(withoutSecret(record));
    } catch (error) {
      throw brokenJson(error, 'agents');
    }
    await pace.spend(originOf(record)?.weight ?? 0);
  }
  if (kept.every((record, index) => record === records[index])) return { body: received, records };
  // What a `resultSet` holds stands in `wrapper` itself, and would be taken for the list again.
  const around = Object.entries(wrapper).filter(([key]) => !/^(?:agents|resultSet)$/i.test(key));
  return { body: agentList(kept, Object.fromEntries(around)), records: kept };
}

/** An answer of these agents, to land: each as it came. */
export function agentList(agents: readonly unknown[], around: JsonObject = {}): Buffer {
  const opening = stringifyJson({ ...around, agents: [] }).slice(0, -2);
  const list = agents.flatMap((agent, index) => {
    const bytes = originOf(agent)?.bytes() ?? Buffer.from(stringifyJson(agent));
    return [Buffer.from(index === 0 ? '' : ','), bytes];
  });
  return Buffer.concat([Buffer.from(opening), ...list, Buffer.from(']}')]);
}

/** The same record when there is nothing to cut, in what was parsed and in what was too odd to be parsed whole. */
function withoutSecret(record: unknown): unknown {
  if (!isObject(record)) return record;
  const from = originOf(record);
  const names = Object.keys(record);
  if (!names.some(isSecret) && from?.oddity?.objection === undefined) return record;
  const kept = Object.fromEntries(Object.entries(record).filter(([key]) => !isSecret(key)));
  if (from === undefined) return kept;
  const came = from.bytes();
  const cut = withoutMembers(came, isSecret);
  if (cut === came) return record;
  return withOrigin(kept, new Origin(cut, { start: 0, end: cut.length, values: names.length }, from.oddity));
}

function isSecret(key: string): boolean {
  return secretFields.has(key.toLowerCase());
}
