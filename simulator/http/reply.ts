import type { ServerResponse } from 'node:http';

/** What is to be sent. Made by endpoints, altered by faults, written once at the end. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | Iterable<Buffer>;
  /** Bytes the body has; `Content-Length` says so unless the headers say otherwise. */
  readonly length: number;
  /** What `Content-Length` says when it lies; the connection ends with the body then. */
  readonly declaredLength?: number;
  /** Does not say how long it is. */
  readonly isChunked?: boolean;
  /** Wait so long between the pieces of the body. */
  readonly pauseMs?: number;
  /** Drop the connection after this many bytes of the body; 0: before anything is sent. */
  readonly cutAt?: number;
}

/** A JSON answer. */
export function json(status: number, value: unknown, headers: Readonly<Record<string, string>> = {}): Reply {
  return text(status, JSON.stringify(value), 'application/json; charset=utf-8', headers);
}

/** An answer of any textual type. */
export function text(
  status: number,
  content: string,
  type: string,
  headers: Readonly<Record<string, string>> = {},
): Reply {
  const body = Buffer.from(content);
  return { status, headers: { 'Content-Type': type, ...headers }, body, length: body.length };
}

/** An answer without a body. */
export function empty(status: number, headers: Readonly<Record<string, string>> = {}): Reply {
  return { status, headers, body: Buffer.alloc(0), length: 0 };
}

/** Writes a reply, minding back-pressure. Resolves to false when the connection was cut or closed by the peer. */
export async function send(reply: Reply, response: ServerResponse): Promise<boolean> {
  const { cutAt } = reply;
  if (cutAt === 0) {
    response.socket?.destroy();
    return false;
  }
  const hasLength = reply.status !== 204 && reply.status !== 304 && reply.isChunked !== true;
  response.writeHead(reply.status, {
    ...(hasLength ? { 'Content-Length': String(reply.declaredLength ?? reply.length) } : {}),
    ...reply.headers,
  });
  let sent = 0;
  for (const chunk of Buffer.isBuffer(reply.body) ? [reply.body] : reply.body) {
    if (response.destroyed) return false;
    const rest = cutAt === undefined ? chunk.length : cutAt - sent;
    sent += chunk.length;
    if (rest < chunk.length || (cutAt !== undefined && sent >= cutAt)) {
      // The peer must see the bytes before the end of the connection.
      await new Promise((resolve) => response.write(chunk.subarray(0, rest), resolve));
      response.socket?.destroy();
      return false;
    }
    if (!response.write(chunk)) await drained(response);
    if (reply.pauseMs !== undefined) await pause(reply.pauseMs, response);
  }
  if (reply.declaredLength !== undefined) {
    await new Promise((resolve) => response.write('', resolve));
    response.socket?.end();
    return true;
  }
  return new Promise((resolve) => {
    response.once('close', () => resolve(response.writableFinished));
    response.end();
  });
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      response.off('drain', done);
      response.off('close', done);
      resolve();
    };
    response.on('drain', done);
    response.on('close', done);
  });
}

/** Waits, but no longer than the peer does. */
function pause(delayMs: number, response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      response.off('close', done);
      resolve();
    };
    const timer = setTimeout(done, delayMs).unref();
    response.on('close', done);
  });
}
