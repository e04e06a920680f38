import { BlockList, isIP } from 'node:net';
import { isThisMachine } from './loopback';

/** What `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` say. */
export interface Proxies {
  /** For https addresses: `http://user:password@host:port`, or https to the proxy itself. Null: none. */
  readonly https: string | null;
  /** For plain http addresses. */
  readonly http: string | null;
  /** What is reached without them: names, networks, `*`. */
  readonly bypass: readonly string[];
}

export const noProxies: Proxies = { https: null, http: null, bypass: [] };

const defaultPorts: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443' };

/**
 * The proxy for an address; null when it is reached directly. Loopback always is. An entry of `NO_PROXY` is a name, which
 * stands for all names below it as well (with or without `.` or `*.` before it), an address, a network such as
 * `10.0.0.0/8`, or `*`; a port after a name or an address restricts it to that port. As curl and Go read it, whose
 * readings differ in details only.
 */
export function proxyFor({ https, http, bypass }: Proxies, url: URL): URL | null {
  const proxy = url.protocol === 'https:' ? https : http;
  if (proxy === null) return null;
  const host = bare(url.hostname).replace(/\.$/, '');
  if (isThisMachine(host) || host.endsWith('.localhost')) return null;
  const port = url.port || (defaultPorts[url.protocol] ?? '');
  return bypass.some((entry) => matches(entry.toLowerCase(), host, port)) ? null : new URL(proxy);
}

function matches(entry: string, host: string, port: string): boolean {
  if (entry === '*') return true;
  if (entry.includes('/')) return inNetwork(entry, host);
  const [, named = entry, onPort] = /^(\[.*\]|[^:]*):(\d+)$/.exec(entry) ?? [];
  if (onPort !== undefined && onPort !== port) return false;
  const name = bare(named).replace(/^\*?\./, '');
  return name !== '' && (host === name || (isIP(host) === 0 && host.endsWith(`.${name}`)));
}

function inNetwork(entry: string, host: string): boolean {
  const [network = '', prefix = ''] = entry.split('/');
  const [family, of] = [isIP(host), isIP(bare(network))];
  if (family === 0 || family !== of || !/^\d{1,3}$/.test(prefix)) return false;
  if (Number(prefix) > (family === 4 ? 32 : 128)) return false;
  const list = new BlockList();
  const kind = family === 4 ? 'ipv4' : 'ipv6';
  list.addSubnet(bare(network), Number(prefix), kind);
  return list.check(host, kind);
}

/** An IPv6 address without the brackets it wears in a URL. */
function bare(hostname: string): string {
  return hostname.replace(/^\[|\]$/g, '');
}
