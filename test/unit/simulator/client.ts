import { type IncomingHttpHeaders, type OutgoingHttpHeaders, request } from 'node:http';
import type { Simulator } from '../../../simulator';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export type Row = Record<string, unknown>;

export interface ContactPage {
  readonly businessUnitId: number;
  readonly lastPollTime: string;
  readonly totalRecords: number;
  readonly _links: { readonly self: string; readonly next?: string; readonly previous?: string };
  readonly completedContacts: readonly Row[];
}

/** One plain HTTP request without any of a client library's defaults; rejects when the connection breaks. */
export function ask(
  url: string,
  options: { readonly method?: string; readonly headers?: OutgoingHttpHeaders; readonly body?: string } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      url,
      { method: options.method ?? 'GET', headers: options.headers ?? {}, agent: false },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(chunks),
          }),
        );
      },
    );
    outgoing.on('error', reject);
    outgoing.end(options.body);
  });
}

/** A tenant to sign in to: a simulator is its own first one. */
export type Door = Pick<Simulator, 'address' | 'credentials'>;

/** Asks the token endpoint; `form` overrides fields of a proper password grant, undefined leaves one out. */
export function askToken(
  simulator: Door,
  form: Readonly<Record<string, string | undefined>> = {},
  headers: OutgoingHttpHeaders = {},
): Promise<Answer> {
  const { clientId, clientSecret, accessKeyId, accessKeySecret } = simulator.credentials;
  const fields = {
    grant_type: 'password',
    username: accessKeyId,
    password: accessKeySecret,
    client_id: clientId,
    client_secret: clientSecret,
    ...form,
  };
  const given = Object.entries(fields).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return ask(`${simulator.address}/auth/token`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/x-www-form-urlencoded', ...headers },
    body: new URLSearchParams(given).toString(),
  });
}

/** A signed-in reader of one simulator. */
export class Reader {
  readonly #simulator: Door;
  #token: string;

  private constructor(simulator: Door, token: string) {
    this.#simulator = simulator;
    this.#token = token;
  }

  static async of(simulator: Door): Promise<Reader> {
    const answer = await askToken(simulator);
    return new Reader(simulator, (parse(answer) as { access_token: string }).access_token);
  }

  /** GET with a bearer token and `Accept: application/json`; `undefined` leaves a header out. */
  get(pathOrUrl: string, headers: Readonly<Record<string, string | undefined>> = {}): Promise<Answer> {
    const url = pathOrUrl.startsWith('http') ? pathOrUrl : `${this.#simulator.address}${pathOrUrl}`;
    const all = { Authorization: `Bearer ${this.#token}`, Accept: 'application/json', ...headers };
    return ask(url, {
      headers: Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)),
    });
  }

  completed(query: Readonly<Record<string, string | number>>, version = 'v34.0'): Promise<Answer> {
    const text = new URLSearchParams(
      Object.entries(query).map(([name, value]): [string, string] => [name, String(value)]),
    );
    return this.get(`/incontactapi/services/${version}/contacts/completed?${text.toString()}`);
  }

  async page(query: Readonly<Record<string, string | number>>, version = 'v34.0'): Promise<ContactPage> {
    return parse(await this.completed(query, version)) as ContactPage;
  }

  /** All rows of a query, page by page until 204. */
  async pages(query: Readonly<Record<string, string | number>>, top: number): Promise<Row[]> {
    const rows: Row[] = [];
    for (;;) {
      const answer = await this.completed({ ...query, top, skip: rows.length });
      if (answer.status === 204) return rows;
      rows.push(...(parse(answer) as ContactPage).completedContacts);
    }
  }
}

export function parse(answer: Answer): unknown {
  return JSON.parse(answer.body.toString()) as unknown;
}

/** The settled past of every test: simulators get a clock that stands at this moment unless they move it. */
export const simulatedNow = Date.parse('2026-03-20T12:00:00Z');

/** One settled day, as CXone's parameters. */
export const wholeDay = { startDate: '2026-03-10T00:00:00Z', endDate: '2026-03-10T23:59:59.999Z' };

/** The same day as a half-open window. */
export const dayWindow = {
  from: Date.parse('2026-03-10T00:00:00Z'),
  to: Date.parse('2026-03-11T00:00:00Z'),
};
