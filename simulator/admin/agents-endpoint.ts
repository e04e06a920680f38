import type { AgentRecord } from './agent-record';
import type { Agents } from './agents';
import { BadParameter } from '../http/bad-parameter';
import { readDate, readStamp, type StampWriter } from '../data/calendar';
import { ourBusinessUnit } from '../data/catalogue';
import type { Exchange } from '../http/exchange';
import { largestPage, linksOf } from '../http/links';
import { fieldsOf, readFlag, readInteger } from '../http/parameters';
import { empty, json, type Reply } from '../http/reply';

/** The Admin API's agents (contract §3.1). */
export type AgentsEndpoint = ReturnType<typeof createAgentsEndpoint>;

/** Creates the endpoint. Without `orderBy` agents come by id. */
export function createAgentsEndpoint(agents: Agents, stamp: StampWriter, address: () => string) {
  /**
   * `GET /agents`: takes `updatedSince` and the spec's `updateSince` alike, inclusively.
   * @throws BadParameter for parameters that earn a 400
   */
  const list = (exchange: Exchange): Reply => {
    const { parameters, now } = exchange;
    const sinceText = parameters.get('updatedSince') ?? parameters.get('updateSince');
    const since = sinceText === undefined ? -Infinity : readDate(sinceText);
    if (since === undefined) throw new BadParameter('Invalid date in parameter updatedSince');
    const isActive = readFlag(parameters, 'isActive');
    const isLocked = readFlag(parameters, 'isLocked');
    const search = parameters.get('searchString')?.toLowerCase();
    const skip = readInteger(parameters, 'skip') ?? 0;
    const top = Math.min(readInteger(parameters, 'top') ?? largestPage, largestPage);

    const hidden = Math.min(agents.count, hiddenOf(exchange));

    const found: AgentRecord[] = [];
    for (let agent = 0; agent < agents.count - hidden; agent++) {
      if (agents.lastUpdated(agent, now) < since) continue;
      const record = agents.record(agent, now);
      if (isActive !== undefined && record['isActive'] !== isActive) continue;
      if (isLocked !== undefined && record['locked'] !== isLocked) continue;
      const name = `${String(record['firstName'])} ${String(record['lastName'])} ${String(record['userName'])}`;
      if (search !== undefined && !name.toLowerCase().includes(search)) continue;
      found.push(record);
    }
    if (skip >= found.length || top === 0) return empty(204);
    const rows = inOrder(found, parameters.get('orderBy')).slice(skip, skip + top);
    return json(200, {
      businessUnitId: ourBusinessUnit,
      _links: linksOf(`${address()}${exchange.path}`, parameters, {
        skip,
        top,
        count: rows.length,
        total: found.length,
      }),
      lastPollTime: stamp(now),
      totalRecords: found.length,
      hiddenAgents: hidden,
      agents: rows.map((row) => fieldsOf(row, parameters)),
    });
  };

  /** `GET /agents/{agentId|userId}`: `{ agents: [one] }`, 404 for an unknown one. */
  const byId = (exchange: Exchange, reference: string): Reply => {
    const agent = agents.find(reference);
    if (agent === undefined) return empty(404, { icStatusDescription: 'Agent not found' });
    return json(200, {
      agents: [fieldsOf(agents.record(agent, exchange.now), exchange.parameters)],
    });
  };

  return { list, byId };
}

/** How many agents the caller's view permission withholds (contract §3.1); none unless a fault says so. */
function hiddenOf({ firing }: Exchange): number {
  const args = firing.get('hiddenAgents');
  return args === undefined ? 0 : (args.count ?? 3);
}

function inOrder(records: readonly AgentRecord[], orderBy: string | undefined): readonly AgentRecord[] {
  const [field, direction] = (orderBy ?? '').trim().split(/\s+/);
  const name = Object.keys(records[0] ?? {}).find((key) => key.toLowerCase() === field?.toLowerCase());
  if (name === undefined) return records;
  const sign = direction?.toLowerCase() === 'desc' ? -1 : 1;
  const valueOf = (record: AgentRecord): string | number => {
    const value = record[name];
    if (typeof value === 'number') return value;
    const text = typeof value === 'string' ? value : JSON.stringify(value ?? '');
    return readStamp(text) ?? text;
  };
  return records.toSorted((a, b) => {
    const [left, right] = [valueOf(a), valueOf(b)];
    return sign * (left < right ? -1 : left > right ? 1 : 0);
  });
}
