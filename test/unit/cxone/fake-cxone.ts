import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  createCxoneClient,
  type CxoneClient,
  type CxoneClientOptions,
  type CxoneConnection,
} from '../../../cxone';

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export type Handler = (response: ServerResponse, request: SeenRequest) => void;

export interface Reply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Objects are sent as JSON. */
  readonly body?: unknown;
}

/** A server that answers by a script: just enough of CXone for one behaviour at a time. */
export interface FakeCxone {
  readonly origin: string;
  readonly host: string;
  readonly requests: readonly SeenRequest[];
  /** Answers a path; several replies are given one after the other, the last one again and again. */
  on(path: string, ...replies: readonly (Reply | Handler)[]): void;
  seen(path: string): readonly SeenRequest[];
  connection(changes?: Partial<CxoneConnection>): CxoneConnection;
  client(changes?: Partial<CxoneConnection>, options?: CxoneClientOptions): CxoneClient;
  close(): Promise<void>;
}

export const paths = {
  openid: '/.well-known/openid-configuration',
  configuration: '/.well-known/cxone-configuration',
  token: '/auth/token',
  contacts: '/incontactapi/services/v34.0/contacts/completed',
  agents: '/incontactapi/services/v34.0/agents',
  media: '/media-playback/v1/contacts',
} as const;

/** A page of contacts to ask for, and an answer to it. */
export const page = {
  from: new Date('2026-01-01T00:00:00Z'),
  to: new Date('2026-01-02T00:00:00Z'),
  filter: {},
  skip: 0,
  top: 10,
};
export const onePage: Reply = { body: { totalRecords: 0, completedContacts: [] } };

export const secrets = {
  clientSecret: 'cs%2F/+canary&=pw',
  accessKeySecret: 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567ABCDEFGHIJKLMNOPQRST====',
} as const;

/** A JWT without a valid signature. */
export function jwt(claims: unknown): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'RS256' })}.${part(claims)}.c2lnbmF0dXJl`;
}

export function tokenReply(accessToken: string, seconds: unknown = 3_600): Reply {
  return {
    body: {
      access_token: accessToken,
      token_type: 'Bearer',
      expires_in: seconds,
      id_token: jwt({ tenantId: 'tenant-guid', area: 'uk1' }),
    },
  };
}

export async function startFake(): Promise<FakeCxone> {
  const script = new Map<string, (Reply | Handler)[]>();
  const requests: SeenRequest[] = [];
  const clients: CxoneClient[] = [];
  const server = createServer((message, response) => {
    const chunks: Buffer[] = [];
    message.on('data', (chunk: Buffer) => chunks.push(chunk));
    message.on('end', () => {
      const url = new URL(message.url ?? '/', 'http://fake');
      const request = {
        method: message.method ?? '',
        path: url.pathname,
        query: url.searchParams,
        headers: message.headers,
        body: Buffer.concat(chunks).toString(),
      };
      requests.push(request);
      const replies = script.get(url.pathname) ?? [{ status: 404 }];
      const reply = (replies.length > 1 ? replies.shift() : replies[0]) ?? {};
      if (typeof reply === 'function') reply(response, request);
      else send(response, reply);
    });
  });
  const port = await listen(server);
  const host = `127.0.0.1:${port}`;
  const origin = `http://${host}`;

  const fake: FakeCxone = {
    origin,
    host,
    requests,
    on: (path, ...replies) => void script.set(path, [...replies]),
    seen: (path) => requests.filter((request) => request.path === path),
    connection: (changes) => ({
      tenant: 'acme',
      issuer: origin,
      authentication: 'application',
      clientAuthentication: 'client_secret_post',
      clientId: 'client-id',
      accessKeyId: 'KEYID234567====',
      ...secrets,
      apiVersion: 'v34.0',
      updatedSinceInclusive: true,
      mediaHosts: [],
      allowInsecureHosts: ['127.0.0.1'],
      timeoutMs: 5_000,
      ...changes,
    }),
    client(changes, options) {
      const client = createCxoneClient(fake.connection(changes), options);
      clients.push(client);
      return client;
    },
    async close() {
      for (const client of clients) client.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  fake.on(paths.openid, { body: { issuer: origin, token_endpoint: `${origin}/auth/token` } });
  fake.on(paths.configuration, {
    body: { api_endpoint: `${origin}/`, area: 'na1', domain: 'x', private: false },
  });
  fake.on(paths.token, tokenReply('token-1'), tokenReply('token-2'), tokenReply('token-3'));
  return fake;
}

export function send(response: ServerResponse, { status = 200, headers = {}, body }: Reply): void {
  const text =
    typeof body === 'string' || Buffer.isBuffer(body) ? body : body === undefined ? '' : JSON.stringify(body);
  const type =
    typeof body === 'object' && !Buffer.isBuffer(body) ? { 'content-type': 'application/json' } : {};
  response.writeHead(status, { ...type, ...headers });
  response.end(text);
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

/** The error a promise ends in; fails the test when it does not. */
export async function failureOf(promise: Promise<unknown>): Promise<Error & Record<string, unknown>> {
  const outcome = await promise.then(
    () => null,
    (error: unknown) => error,
  );
  if (!(outcome instanceof Error)) throw new Error('it did not fail');
  return outcome as Error & Record<string, unknown>;
}
