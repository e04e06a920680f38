import type { IncomingHttpHeaders } from 'node:http';
import type { Parameters } from './parameters';
import type { Reply } from './reply';
import type { Firing } from './fault-names';

/** What part of CXone a request is for: the granularity of faults, permissions and the journal. */
export type Family =
  'discovery' | 'auth' | 'contacts' | 'agents' | 'lookups' | 'media' | 'extraction' | 'file' | 'unknown';

export const families: readonly Family[] = [
  'discovery',
  'auth',
  'contacts',
  'agents',
  'lookups',
  'media',
  'extraction',
  'file',
  'unknown',
];

/** One request, read. */
export interface Received {
  readonly method: string;
  readonly path: string;
  readonly family: Family;
  readonly parameters: Parameters;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** The server's clock when the request came in, epoch ms. */
  readonly now: number;
  /** Counts all requests from 1; the source of what may differ from request to request. */
  readonly sequence: number;
}

/** A request of which is known whom it concerns and what goes wrong with it. */
export interface Exchange extends Received {
  /** Name of the tenant that the credentials, the token or the address belong to; `undefined`: to none of ours. */
  readonly tenant: string | undefined;
  /** Faults that fire for this request; endpoints apply those that change what they say. */
  readonly firing: Firing;
}

/** Answers an exchange. */
export type Handler = (exchange: Exchange) => Reply | Promise<Reply>;
