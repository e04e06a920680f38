import http from 'node:http';
import https from 'node:https';
import type { LookupFunction, Socket } from 'node:net';
import { noProxies, type Proxies, proxyFor } from './proxies';
import { openTunnel } from './tunnel';

export interface AgentOptions {
  /** Until a new connection is ready, through the proxy and TLS included; in milliseconds. */
  readonly connectMs: number;
  /** How names are resolved that are reached directly; behind a proxy it is the proxy that resolves. */
  readonly lookup?: LookupFunction;
  readonly proxies?: Proxies | undefined;
  readonly maxSockets?: number;
}

/** For Node's HTTP client and whatever is built on it. */
export interface Agents {
  readonly http: http.Agent;
  readonly https: https.Agent;
  /** Ends all connections. */
  close(): void;
}

/**
 * A connection that was idle for this long is closed. Shorter than any wait for an answer: when a network swallows what
 * is sent and then heals, no earlier connection is left to be used and fail.
 */
const idleMs = 10_000;
/** Probes of the operating system on connections that are in use, so that a dead peer is noticed at last. */
const keepAliveMsecs = 10_000;

/**
 * Agents that keep connections alive, give up connecting after a while (`ETIMEDOUT`), and go through the proxy that an
 * address asks for. A proxy's own address is not subject to `lookup`: the operator who set it may have it anywhere.
 */
export function createAgents({
  connectMs,
  lookup,
  proxies = noProxies,
  maxSockets = Infinity,
}: AgentOptions): Agents {
  const options = {
    keepAlive: true,
    keepAliveMsecs,
    timeout: idleMs,
    maxSockets,
    ...(lookup === undefined ? {} : { lookup }),
  };
  const agents = { http: new http.Agent(options), https: new https.Agent(options) };
  route(agents.http, 'http:', connectMs, proxies);
  route(agents.https, 'https:', connectMs, proxies);
  return {
    ...agents,
    close() {
      agents.http.destroy();
      agents.https.destroy();
    },
  };
}

interface Target {
  readonly host?: string;
  readonly port?: string | number;
  readonly socket?: Socket;
}
/** Node takes a socket at once, or one that is handed over later. */
type Connect = (
  target: Target,
  handOver: (error: Error | null, socket?: Socket) => void,
) => Socket | undefined;

function route(agent: http.Agent, protocol: 'http:' | 'https:', connectMs: number, proxies: Proxies): void {
  const ready = protocol === 'http:' ? 'connect' : 'secureConnect';
  const changed = agent as unknown as { createConnection: Connect };
  const direct = changed.createConnection.bind(agent) as unknown as (target: Target) => Socket;

  const tunnelled = async (proxy: URL, target: Target, host: string): Promise<Socket> => {
    const deadline = performance.now() + connectMs;
    const tunnel = await openTunnel(proxy, host, Number(target.port), connectMs);
    if (protocol === 'http:') return tunnel;
    return limited(direct({ ...target, socket: tunnel }), ready, Math.max(1, deadline - performance.now()));
  };

  changed.createConnection = (target, handOver) => {
    const host = target.host ?? 'localhost';
    const url = new URL(`${protocol}//${host.includes(':') ? `[${host}]` : host}:${target.port ?? ''}`);
    const proxy = proxyFor(proxies, url);
    if (proxy === null) return limited(direct(target), ready, connectMs);
    tunnelled(proxy, target, host).then(
      (socket) => handOver(null, socket),
      (error: Error) => handOver(error),
    );
    return undefined;
  };
}

/** A socket that has to be ready within a time, else it fails with ETIMEDOUT. */
function limited(socket: Socket, ready: string, ms: number): Socket {
  const timer = setTimeout(() => {
    socket.destroy(Object.assign(new Error('connecting took too long'), { code: 'ETIMEDOUT' }));
  }, ms);
  const stop = () => clearTimeout(timer);
  return socket.once(ready, stop).once('close', stop);
}
