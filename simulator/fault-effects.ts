import type { Exchange } from './exchange';
import type { FaultArguments, FaultName, FaultRule } from './faults';
import type { Reply } from './reply';
import { empty, json, text } from './reply';

/** Answers in place of, or around, what would have been answered. */
type Effect = (next: () => Promise<Reply>, args: FaultArguments, exchange: Exchange) => Promise<Reply>;

/** Changes the rows a request is about, after it has been answered. */
export type RowEffect = (
  name: 'insertLate' | 'removeRows' | 'updateRows',
  count: number,
  exchange: Exchange,
) => void;

const HTML = '<!DOCTYPE html><html><body><h1>Service temporarily unavailable</h1></body></html>';

const statusReply = (args: FaultArguments, now: number): Reply => {
  const { retryAfter, body = '' } = args;
  const after = args.retryAfterDate
    ? new Date(now + (retryAfter ?? 0) * 1000).toUTCString()
    : String(retryAfter);
  const headers = {
    ...(retryAfter !== undefined && { 'Retry-After': after }),
    ...(args.description !== undefined && { icStatusDescription: args.description }),
  };
  const type = /^\s*[[{]/.test(body) ? 'application/json' : 'text/html';
  return body === '' ? empty(args.status ?? 500, headers) : text(args.status ?? 500, body, type, headers);
};

const cut = (reply: Reply, share = 0.5): number => Math.max(1, Math.floor(reply.length * share));

const EFFECTS: Readonly<Partial<Record<FaultName, Effect>>> = {
  status: (_next, args, { now }) => Promise.resolve(statusReply(args, now)),
  slow: async (next, { delayMs = 1000 }) => {
    await new Promise((resolve) => setTimeout(resolve, delayMs).unref());
    return next();
  },
  reset: async (next, { afterBytes = 0 }) => ({ ...(await next()), cutAt: afterBytes }),
  // A well-formed HTTP answer whose JSON ends too early, as a proxy makes it.
  truncateJson: async (next, { share }) => {
    const reply = await next();
    if (!Buffer.isBuffer(reply.body) || reply.length === 0) return reply;
    const body = reply.body.subarray(0, cut(reply, share));
    return { ...reply, body, length: body.length };
  },
  html200: () => Promise.resolve(text(200, HTML, 'text/html')),
  timeout408WhenTopOver: (next, { top = 1000 }, { parameters }) =>
    Number(parameters.get('top') ?? 10_000) > top ? Promise.resolve(empty(408)) : next(),
  mediaMissing: (next, _args, { family }) =>
    family === 'media'
      ? Promise.resolve(json(404, { internalCode: 'PLAYBACK_404', message: 'Interaction Not Found' }))
      : next(),
  mediaTruncated: async (next, { share }, { family }) => {
    const reply = await next();
    return family === 'file' && reply.status < 300 ? { ...reply, cutAt: cut(reply, share) } : reply;
  },
  expireUrls: (next, _args, { family }) => (family === 'file' ? Promise.resolve(expiredUrl()) : next()),
};

/** What S3 answers for a presigned URL that is no longer valid: 403 with an XML body. */
export function expiredUrl(): Reply {
  const body =
    '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>';
  return text(403, body, 'application/xml');
}

/** Answers an exchange under the rules that fire for it: the first rule is the outermost. */
export async function answerUnder(
  rules: readonly FaultRule[],
  exchange: Exchange,
  answer: () => Promise<Reply>,
  changeRows: RowEffect,
): Promise<Reply> {
  const chain = rules.reduceRight<() => Promise<Reply>>((next, { name, args = {} }) => {
    const effect = EFFECTS[name];
    return effect === undefined ? next : () => effect(next, args, exchange);
  }, answer);
  const reply = await chain();
  for (const { name, args } of rules) {
    if (name === 'insertLate' || name === 'removeRows' || name === 'updateRows') {
      changeRows(name, args?.count ?? 1, exchange);
    }
  }
  return reply;
}
