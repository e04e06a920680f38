import { z } from 'zod';
import { readAnswer, readJson } from '../http/read-json';
import { areaIn } from './area';
import type { CxoneConnection } from '../connection';
import { CxoneError } from '../cxone-error';
import type { Exchange, HttpAnswer } from '../http/exchange';
import type { HostPolicy } from '../http/host-policy';

/** Where a tenant's APIs answer (contract §1.2). */
export interface TenantEndpoints {
  /** Base of every ACD and media call, without a trailing slash. */
  readonly apiEndpoint: string;
  /** `na1`, `eu1` …; absent on some hosts. */
  readonly area?: string;
}

export type Discovery = ReturnType<typeof createDiscovery>;

const openidConfiguration = z.looseObject({ token_endpoint: z.url() });
const cxoneConfiguration = z.looseObject({ api_endpoint: z.url(), area: z.string().nullish() });

/** The route of contract §1.7 that needs no registered application, below the host of an area. */
const accessKeyRoute = '/authentication/v1/token/access-key';

/** The two public documents a client starts from; `client_secret_post` need not be listed there (contract §1.2). */
export function createDiscovery(
  connection: Pick<CxoneConnection, 'issuer' | 'authentication'>,
  exchange: Exchange,
  policy: HostPolicy,
) {
  const issuer = new URL(connection.issuer);
  // It may have a path of its own, and a slash at the end or not.
  const base = baseOf(issuer);

  const checked = (address: string): URL => {
    const url = new URL(address);
    policy.checkApi(url);
    return url;
  };

  /** @param unknown the error for a status that says "no such thing here" */
  const get = async (
    path: string,
    unknown: (status: number) => CxoneError,
    signal?: AbortSignal,
  ): Promise<HttpAnswer> => {
    const url = checked(`${base}/.well-known/${path}`);
    const headers = { Accept: 'application/json' };
    try {
      return await exchange({ family: 'discovery', method: 'GET', url, headers }, signal);
    } catch (error) {
      if (error instanceof CxoneError && isRefusal(error.status)) throw unknown(error.status);
      throw error;
    }
  };
  const read = (answer: HttpAnswer) =>
    readAnswer(answer, (body, contentType) => readJson(body, 'discovery', contentType));

  return {
    /** @throws CxoneError `IssuerUnknown`, `HostRefused`, and what a network can do */
    async tokenEndpoint(signal?: AbortSignal): Promise<URL> {
      if (connection.authentication === 'access_key') return checked(`${base}${accessKeyRoute}`);
      const noIssuer = (what: string) => new CxoneError('IssuerUnknown', `${issuer.host} ${what}.`);
      const answer = await get(
        'openid-configuration',
        (status) => noIssuer(`is not a CXone issuer (status ${status})`),
        signal,
      );
      const parsed = openidConfiguration.safeParse(await read(answer));
      if (!parsed.success) throw noIssuer('names no token_endpoint, so it is not CXone');
      return checked(parsed.data.token_endpoint);
    },

    /** @throws CxoneError `TenantUnknown`, `HostRefused`, and what a network can do */
    async tenantEndpoints(tenantId: string, signal?: AbortSignal): Promise<TenantEndpoints> {
      const noTenant = (what: string) => new CxoneError('TenantUnknown', `${issuer.host} ${what}.`);
      const unknown = (status: number) =>
        noTenant(`does not know the tenant that the credentials belong to (status ${status})`);
      const query = new URLSearchParams({ tenantId });
      const answer = await get(`cxone-configuration?${query.toString()}`, unknown, signal);
      if (answer.status === 204) throw unknown(204);
      const parsed = cxoneConfiguration.safeParse(await read(answer));
      if (!parsed.success) throw noTenant('names no api_endpoint for the tenant');
      const { api_endpoint: endpoint } = parsed.data;
      const area = areaIn(parsed.data.area);
      return { apiEndpoint: baseOf(checked(endpoint)), ...(area === undefined ? {} : { area }) };
    },
  };
}

/** An address to put paths behind. */
function baseOf({ origin, pathname }: URL): string {
  return `${origin}${pathname.replace(/\/+$/, '')}`;
}

/** A client error that says "no such thing here"; time-outs and throttling say nothing about the address. */
function isRefusal(status: number | undefined): status is number {
  return status !== undefined && status >= 400 && status < 500 && status !== 408 && status !== 429;
}
