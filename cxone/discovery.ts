import { z } from 'zod';
import { readJson } from './answer';
import type { CxoneConnection } from './connection';
import { secretsOf } from './connection';
import { CxoneError } from './errors';
import type { HostPolicy } from './host-policy';
import { httpFailure } from './http-failure';
import type { HttpAnswer, Transport } from './transport';

/** Where a tenant's APIs answer (contract §1.2). */
export interface TenantEndpoints {
  /** Base of every ACD and media call, without a trailing slash. */
  readonly apiEndpoint: string;
  /** `na1`, `eu1` …; absent on some hosts. */
  readonly area?: string;
}

export interface Discovery {
  /** @throws CxoneError `IssuerUnknown`, `HostRefused`, and what a network can do */
  tokenEndpoint(signal?: AbortSignal): Promise<URL>;
  /** @throws CxoneError `TenantUnknown`, `HostRefused`, and what a network can do */
  tenantEndpoints(tenantId: string, signal?: AbortSignal): Promise<TenantEndpoints>;
}

const openidConfiguration = z.looseObject({ token_endpoint: z.url() });
const cxoneConfiguration = z.looseObject({ api_endpoint: z.url(), area: z.string().nullish() });

/** The two public documents a client starts from; `client_secret_post` need not be listed there (contract §1.2). */
export function createDiscovery(
  connection: CxoneConnection,
  transport: Transport,
  policy: HostPolicy,
  now: () => number,
): Discovery {
  const issuer = connection.issuer.replace(/\/+$/, '');

  const get = async (path: string, signal?: AbortSignal): Promise<HttpAnswer> => {
    const url = new URL(`${issuer}/.well-known/${path}`);
    policy.checkApi(url);
    const headers = { Accept: 'application/json' };
    return transport.exchange({ family: 'discovery', method: 'GET', url, headers }, signal);
  };

  const read = (answer: HttpAnswer) => {
    if (answer.status !== 200) throw httpFailure(answer, 'discovery', secretsOf(connection), now());
    return readJson(answer.body, 'discovery', answer.header('content-type'));
  };

  const checked = (address: string): URL => {
    const url = new URL(address);
    policy.checkApi(url);
    return url;
  };

  return {
    async tokenEndpoint(signal) {
      const answer = await get('openid-configuration', signal);
      if (isRefusal(answer.status)) {
        throw new CxoneError(
          'IssuerUnknown',
          `${new URL(issuer).host} is not a CXone issuer (status ${answer.status}).`,
        );
      }
      const parsed = openidConfiguration.safeParse(read(answer));
      if (!parsed.success) {
        throw new CxoneError(
          'IssuerUnknown',
          `${new URL(issuer).host} names no token_endpoint, so it is not CXone.`,
        );
      }
      return checked(parsed.data.token_endpoint);
    },

    async tenantEndpoints(tenantId, signal) {
      const query = new URLSearchParams({ tenantId });
      const answer = await get(`cxone-configuration?${query.toString()}`, signal);
      if (isRefusal(answer.status) || answer.status === 204) {
        throw new CxoneError(
          'TenantUnknown',
          `${new URL(issuer).host} does not know the tenant that the credentials belong to (status ${answer.status}).`,
        );
      }
      const parsed = cxoneConfiguration.safeParse(read(answer));
      if (!parsed.success) {
        throw new CxoneError(
          'TenantUnknown',
          `${new URL(issuer).host} names no api_endpoint for the tenant.`,
        );
      }
      const { api_endpoint: endpoint, area } = parsed.data;
      const apiEndpoint = checked(endpoint).href.replace(/\/+$/, '');
      return { apiEndpoint, ...(area ? { area } : {}) };
    },
  };
}

/** A client error that says "no such thing here"; time-outs and throttling say nothing about the address. */
function isRefusal(status: number): boolean {
  return status >= 400 && status < 500 && status !== 408 && status !== 429;
}
