import type { Effect } from './effect';
import { forbidden, tooManyRequests, unauthorized } from './refusals';
import type { Reply } from './reply';
import { empty, text } from './reply';
import type { FaultArguments, FaultName } from './switches';

const HTML = '<!DOCTYPE html><html><body><h1>Service temporarily unavailable</h1></body></html>';

const retryHeader = (args: FaultArguments, now: number): Readonly<Record<string, string>> => {
  const { retryAfter, retryAfterDate } = args;
  if (retryAfter === undefined) return {};
  const date = new Date(now + retryAfter * 1000).toUTCString();
  return { 'Retry-After': retryAfterDate === true ? date : String(retryAfter) };
};

const statusReply = (args: FaultArguments, now: number): Reply => {
  const { status = 500, description, body = '' } = args;
  const headers = {
    ...retryHeader(args, now),
    ...(description !== undefined && { icStatusDescription: description }),
  };
  const type = /^\s*[[{]/.test(body) ? 'application/json' : 'text/html';
  return body === '' ? empty(status, headers) : text(status, body, type, headers);
};

/** How many bytes a share of a body is: at least one. */
export const partOf = (reply: Reply, share = 0.5): number => Math.max(1, Math.floor(reply.length * share));

/** What can go wrong with an answer of any kind, on its way or before it is thought of. */
export const TRANSPORT_FAULTS = {
  status: (_next, args, { now }) => Promise.resolve(statusReply(args, now)),
  tooManyRequests: (_next, args, exchange) =>
    Promise.resolve(tooManyRequests(exchange, retryHeader(args, exchange.now))),
  unauthorized: (_next, _args, { family }) => Promise.resolve(unauthorized(family)),
  forbidden: (_next, _args, { family }) => Promise.resolve(forbidden(family)),
  redirect: (_next, { status = 302, location }, { headers, path, parameters }) => {
    const again = `http://${headers.host ?? ''}${path}?${parameters.toString()}`;
    return Promise.resolve(empty(status, { Location: location ?? again }));
  },
  html200: () => Promise.resolve(text(200, HTML, 'text/html')),
  slow: async (next, { delayMs = 1000 }, exchange) => {
    await new Promise((resolve) => setTimeout(resolve, delayMs).unref());
    return next(exchange);
  },
  slowBody: async (next, { chunkBytes = 256, delayMs = 1000 }, exchange) => {
    const reply = await next(exchange);
    return { ...reply, body: inPieces(reply.body, Math.max(1, chunkBytes)), pauseMs: delayMs };
  },
  reset: async (next, { afterBytes = 0 }, exchange) => ({ ...(await next(exchange)), cutAt: afterBytes }),
  // A well-formed HTTP answer whose JSON ends too early, as a proxy makes it.
  truncateJson: async (next, { share }, exchange) => {
    const reply = await next(exchange);
    if (!Buffer.isBuffer(reply.body) || reply.length === 0) return reply;
    const body = reply.body.subarray(0, partOf(reply, share));
    return { ...reply, body, length: body.length };
  },
  // Every byte but the last is right, so only a parser that reads to the end can tell.
  malformedJson: async (next, _args, exchange) => {
    const reply = await next(exchange);
    if (!Buffer.isBuffer(reply.body) || reply.length === 0) return reply;
    const body = Buffer.from(reply.body);
    body.write(';', body.length - 1, 'latin1');
    return { ...reply, body };
  },
  wrongLength: async (next, { bytes = 10 }, exchange) => {
    const reply = await next(exchange);
    return reply.length === 0 ? reply : { ...reply, declaredLength: Math.max(0, reply.length + bytes) };
  },
} as const satisfies Partial<Record<FaultName, Effect>>;

function* inPieces(body: Reply['body'], size: number): Generator<Buffer> {
  for (const chunk of Buffer.isBuffer(body) ? [body] : body) {
    for (let at = 0; at < chunk.length; at += size) yield chunk.subarray(at, at + size);
  }
}
