import { BadParameter } from './http/bad-parameter';
import { readStamp } from './data/calendar';
import type { Exchange, Family } from './http/exchange';
import { type FaultRule, readFaultRules } from './faults/fault-rules';
import type { Journal } from './http/request-journal';
import { type Parameters, readFlag, readInteger, readIntegers } from './http/parameters';
import { empty, json, type Reply } from './http/reply';
import { faultNames } from './http/fault-names';
import type { Tenant } from './tenant';
import type { Tenants } from './tenants';
import type { TruthWindow } from './truth';

interface Parts {
  readonly tenants: Tenants;
  readonly journal: Journal;
  readonly faults: () => readonly FaultRule[];
  readonly setFaults: (rules: readonly FaultRule[]) => void;
}

/**
 * What is no part of CXone: `/simulator/…`, for tests and operators of the simulator. Needs no token and stays out
 * of the journal and of the faults' reach.
 */
export function createAdminEndpoint(parts: Parts): (exchange: Exchange) => Reply {
  const { tenants, journal } = parts;
  const tenantOf = ({ parameters }: Exchange): Tenant => {
    const tenant = tenants.named(parameters.get('tenant'));
    if (tenant === undefined) throw new BadParameter('there is no tenant of that name');
    return tenant;
  };
  const routes: Readonly<Record<string, (exchange: Exchange) => Reply>> = {
    'GET /simulator/health': () => json(200, { status: 'ok' }),
    'GET /simulator/tenants': () =>
      json(
        200,
        tenants.all.map(({ name, credentials }) => ({ name, ...credentials })),
      ),
    'GET /simulator/switches': () => json(200, faultNames),
    'GET /simulator/truth': (exchange) =>
      json(200, tenantOf(exchange).truth.of(readWindow(exchange.parameters), exchange.now)),
    'GET /simulator/truth/contacts': (exchange) => {
      const window = readWindow(exchange.parameters);
      const body = Buffer.concat([...tenantOf(exchange).truth.lines(window, exchange.now)]);
      return { status: 200, headers: { 'Content-Type': 'application/x-ndjson' }, body, length: body.length };
    },
    'GET /simulator/journal': ({ parameters }) => {
      const family = parameters.get('family') as Family | undefined;
      const path = parameters.get('path');
      const status = readInteger(parameters, 'status');
      const tenant = parameters.get('tenant');
      const entries = journal.entries({
        ...(family !== undefined && { family }),
        ...(path !== undefined && { path }),
        ...(status !== undefined && { status }),
        ...(tenant !== undefined && { tenant }),
      });
      return json(200, { count: entries.length, entries });
    },
    'DELETE /simulator/journal': () => {
      journal.clear();
      return empty(204);
    },
    'GET /simulator/faults': () => json(200, parts.faults()),
    'PUT /simulator/faults': ({ body }) => {
      parts.setFaults(readFaultRules(parse(body)));
      return empty(204);
    },
  };
  return (exchange) => {
    const route = routes[`${exchange.method} ${exchange.path}`];
    if (route === undefined) return json(404, { message: 'No such simulator endpoint' });
    try {
      return route(exchange);
    } catch (error) {
      if (error instanceof BadParameter) return json(400, { message: error.message });
      throw error;
    }
  };
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw new BadParameter('the body is not JSON');
  }
}

function readWindow(parameters: Parameters): TruthWindow {
  const time = (name: string): number => {
    const value = readStamp(parameters.get(name) ?? '');
    if (value === undefined) throw new BadParameter(`${name} must be a date-time that ends in Z`);
    return value;
  };
  return {
    from: time('from'),
    to: time('to'),
    ...(parameters.get('updatedFrom') !== undefined && { updatedFrom: time('updatedFrom') }),
    ...(parameters.get('updatedTo') !== undefined && { updatedTo: time('updatedTo') }),
    skillIds: readIntegers(parameters, 'skillIds'),
    campaignIds: readIntegers(parameters, 'campaignIds'),
    mediaTypeIds: readIntegers(parameters, 'mediaTypeIds'),
    recordings: readFlag(parameters, 'recordings') === true,
    extraction: readFlag(parameters, 'extraction') === true,
  };
}
