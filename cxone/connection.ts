/** How to reach one tenant: what the customer handed over, and where. Secrets live here and nowhere else. */
export interface CxoneConnection {
  /** Our name for the tenant; appears in messages. */
  readonly tenant: string;
  /** `https://cxone.niceincontact.com` and its siblings (contract §1.1); no trailing slash needed. */
  readonly issuer: string;
  readonly clientAuthentication: 'client_secret_post' | 'client_secret_basic';
  readonly clientId: string;
  readonly clientSecret: string;
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  /** `v34.0`: the version of the ACD API (contract §2.0). */
  readonly apiVersion: string;
  /** Whether `updatedSince` of contacts returns rows changed at that very moment too (contract §9.7: not settled). */
  readonly updatedSinceInclusive: boolean;
  /** Hosts recordings may be fetched from; `*.amazonaws.com` stands for every name below it. */
  readonly mediaHosts: readonly string[];
  /** Exact hosts (`127.0.0.1`, `simulator:4011`) that may be reached over http or at private addresses. */
  readonly allowInsecureHosts: readonly string[];
  /** The longest one API call may take, from connecting to the last byte. */
  readonly timeoutMs: number;
}

/** The secrets of a connection, for cutting them out of whatever a server echoes. */
export function secretsOf(connection: CxoneConnection): readonly string[] {
  return [
    connection.clientSecret,
    connection.accessKeySecret,
    connection.accessKeyId,
    encodeURIComponent(connection.clientSecret),
    encodeURIComponent(connection.accessKeySecret),
  ];
}
