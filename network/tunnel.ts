import http from 'node:http';
import https from 'node:https';
import { isIP, type Socket } from 'node:net';

/** A proxy that does not let us through, or is not there. The message is safe to show: no credentials. */
export class ProxyError extends Error {
  override readonly name = 'ProxyError';

  constructor(
    readonly code: 'ERR_PROXY_REFUSED' | 'ERR_PROXY_UNREACHABLE',
    message: string,
  ) {
    super(message);
  }
}

/**
 * Asks a proxy for a connection to `host:port` by CONNECT. The proxy resolves the name; whatever it answers but 200 is
 * its own word, never an answer of the host behind it.
 *
 * Node's own client does the work. `https-proxy-agent`, which axios uses, hands a proxy's refusal on as the answer of the
 * host, so that a 403 of the proxy would pass for a missing permission at CXone, and it has no time-out.
 * @throws ProxyError
 */
export function openTunnel(proxy: URL, host: string, port: number, timeoutMs: number): Promise<Socket> {
  const target = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  const secure = proxy.protocol === 'https:';
  const name = proxy.hostname.replace(/^\[|\]$/g, '');
  const request = (secure ? https : http).request({
    host: name,
    // Node would expect the name of the Host header in the proxy's certificate.
    servername: isIP(name) === 0 ? name : '',
    port: proxy.port || (secure ? 443 : 80),
    method: 'CONNECT',
    path: target,
    headers: { Host: target, ...credentialsOf(proxy) },
    agent: false,
  });
  return new Promise((resolve, reject) => {
    const unreachable = (code: string) =>
      new ProxyError('ERR_PROXY_UNREACHABLE', `the proxy ${proxy.host} cannot be reached (${code})`);
    const timer = setTimeout(() => request.destroy(unreachable('ETIMEDOUT')), timeoutMs);
    const done = () => clearTimeout(timer);
    request.once('connect', ({ statusCode = 0 }, socket: Socket, head) => {
      done();
      if (statusCode === 200 && head.length === 0) return resolve(socket);
      socket.destroy();
      const what = statusCode === 200 ? 'sends what was not asked for' : `answered ${statusCode}`;
      reject(new ProxyError('ERR_PROXY_REFUSED', `the proxy ${proxy.host} ${what}`));
    });
    request.once('error', (error: NodeJS.ErrnoException) => {
      done();
      reject(error instanceof ProxyError ? error : unreachable(error.code ?? 'no reason known'));
    });
    request.end();
  });
}

function credentialsOf({ username, password }: URL): Readonly<Record<string, string>> {
  if (username === '' && password === '') return {};
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { 'Proxy-Authorization': `Basic ${Buffer.from(pair).toString('base64')}` };
}
