import type { IncomingHttpHeaders } from 'node:http';
import type { Parameters } from './parameters';
import type { Reply } from './reply';

/** What part of CXone a request is for: the granularity of faults, permissions and the journal. */
export type Family = 'discovery' | 'auth' | 'contacts' | 'agents' | 'lookups' | 'media' | 'file' | 'unknown';

export const FAMILIES: readonly Family[] = [
  'discovery',
  'auth',
  'contacts',
  'agents',
  'lookups',
  'media',
  'file',
  'unknown',
];

/** One request, read. */
export interface Exchange {
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

/** Answers an exchange. */
export type Handler = (exchange: Exchange) => Reply | Promise<Reply>;
