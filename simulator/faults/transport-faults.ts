import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { createGzip } from 'node:zlib';
import type { Effect } from '../http/fault-effect';
import { forbidden, tooManyRequests, unauthorized } from '../http/error-replies';
import { empty, type Reply, text } from '../http/reply';
import type { FaultArguments, FaultName } from '../http/fault-names';

const errorPage = '<!DOCTYPE html><html><body><h1>Service temporarily unavailable</h1></body></html>';

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
export const transportFaults = {
  status: (_next, args, { now }) => Promise.resolve(statusReply(args, now)),
  tooManyRequests: (_next, args, exchange) =>
    Promise.resolve(tooManyRequests(exchange, retryHeader(args, exchange.now))),
  unauthorized: (_next, _args, { family }) => Promise.resolve(unauthorized(family)),
  forbidden: (_next, _args, { family }) => Promise.resolve(forbidden(family)),
  redirect: (_next, { status = 302, location }, { headers, path, parameters }) => {
    const again = `http://${headers.host ?? ''}${path}?${parameters.toString()}`;
    return Promise.resolve(empty(status, { Location: location ?? again }));
  },
  html200: () => Promise.resolve(text(200, errorPage, 'text/html')),
  slow: async (next, { delayMs = 1000 }, exchange) => {
    await delay(delayMs, undefined, { ref: false });
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
  // Every byte but the last is right, so only a parser that reads to the end notices.
  malformedJson: async (next, _args, exchange) => {
    const reply = await next(exchange);
    if (!Buffer.isBuffer(reply.body) || reply.length === 0) return reply;
    const body = Buffer.from(reply.body);
    body.write(';', body.length - 1, 'latin1');
    return { ...reply, body };
  },
  // Text as a server writes it that knows no UTF-8: what Latin-1 has no letter for is a question mark.
  charset: async (next, { form }, exchange) => {
    const reply = await next(exchange);
    const type = reply.headers['Content-Type'] ?? '';
    if (!Buffer.isBuffer(reply.body) || !type.startsWith('application/json')) return reply;
    const plain = reply.body.toString().replace(/[^\0-\xff]/gu, '?');
    const body = Buffer.from(plain, 'latin1');
    const declared = form === 'undeclared' ? '' : '; charset=iso-8859-1';
    return {
      ...reply,
      headers: { ...reply.headers, 'Content-Type': `application/json${declared}` },
      body,
      length: body.length,
    };
  },
  // Small on its way, and more than a memory holds when it is unpacked.
  gzipBomb: async (next, { bytes = 1_000_000_000 }, exchange) => {
    const { status, headers } = await next(exchange);
    const body = await packedSpaces(Math.max(1, bytes));
    return { status, headers: { ...headers, 'Content-Encoding': 'gzip' }, body, length: body.length };
  },
  wrongLength: async (next, { bytes = 10 }, exchange) => {
    const reply = await next(exchange);
    return reply.length === 0 ? reply : { ...reply, declaredLength: Math.max(0, reply.length + bytes) };
  },
} as const satisfies Partial<Record<FaultName, Effect>>;

/** A list that is nothing but white space, packed; made piece by piece. */
async function packedSpaces(bytes: number): Promise<Buffer> {
  const piece = Buffer.alloc(1_000_000, ' ');
  function* pieces(): Generator<Buffer> {
    yield Buffer.from('[');
    for (let left = bytes; left > 0; left -= piece.length)
      yield piece.subarray(0, Math.min(left, piece.length));
    yield Buffer.from(']');
  }
  const packed: Buffer[] = [];
  for await (const chunk of Readable.from(pieces()).pipe(createGzip()) as AsyncIterable<Buffer>)
    packed.push(chunk);
  return Buffer.concat(packed);
}

function* inPieces(body: Reply['body'], size: number): Generator<Buffer> {
  for (const chunk of Buffer.isBuffer(body) ? [body] : body) {
    for (let at = 0; at < chunk.length; at += size) yield chunk.subarray(at, at + size);
  }
}
