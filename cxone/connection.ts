import type { Proxies } from '../network';

/** How to reach one tenant: what the customer handed over, and where. Secrets live here and nowhere else. */
export interface CxoneConnection {
  /** Our name for the tenant; appears in messages. */
  readonly tenant: string;
  /**
   * `https://cxone.niceincontact.com` and its siblings (contract §1.1), or with `access_key` the host of an area
   * (`https://na1.nice-incontact.com`, §1.7). It may have a path; no trailing slash needed.
   */
  readonly issuer: string;
  /** A registered application together with an access key (contract §1.4), or an access key alone (§1.7). */
  readonly authentication: 'application' | 'access_key';
  /** These three belong to the registered application. */
  readonly clientAuthentication: 'client_secret_post' | 'client_secret_basic';
  readonly clientId?: string | undefined;
  readonly clientSecret?: string | undefined;
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  /** `v34.0`: the version of the ACD API (contract §2.0). */
  readonly apiVersion: string;
  /** Whether `updatedSince` of contacts returns rows changed at that very moment too (contract §9: not settled). */
  readonly updatedSinceInclusive: boolean;
  /** Hosts recordings may be fetched from; `*.amazonaws.com` stands for every name below it. */
  readonly mediaHosts: readonly string[];
  /** Exact hosts (`127.0.0.1`, `simulator:4011`) that may be reached over http or at private addresses. */
  readonly allowInsecureHosts: readonly string[];
  /** Patterns as in `mediaHosts`, of hosts that may have private addresses (https all the way); none if not given. */
  readonly privateHosts?: readonly string[] | undefined;
  /** What `HTTPS_PROXY` and `NO_PROXY` say; without it everything is reached directly. */
  readonly proxies?: Proxies | undefined;
  /** The longest one API call may take, from connecting to the last byte. */
  readonly timeoutMs: number;
}

/** The secrets of a connection, for cutting them out of whatever a server echoes. */
export function secretsOf(connection: CxoneConnection): readonly string[] {
  const { clientSecret = '', accessKeyId, accessKeySecret } = connection;
  const encoded = [clientSecret, accessKeySecret].map(encodeURIComponent);
  return [clientSecret, accessKeySecret, accessKeyId, ...encoded];
}
