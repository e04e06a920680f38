import { type Environment, readSetting } from './environment';
import type { Problem } from './problems';
import type { Setting } from './setting';

/** How the outside is reached; `network/proxies.ts` says how it is read. */
export interface ProxySettings {
  /** With the scheme; may hold a password. Null: none. */
  readonly https: string | null;
  readonly http: string | null;
  readonly bypass: readonly string[];
}

const address = 'the address of an HTTP proxy, such as http://proxy.example.com:3128';

/** Settings that other programs read, too, hence their names and that lower case wins. */
export const proxySettings = [
  {
    name: 'HTTPS_PROXY',
    need: 'network',
    meaning: 'The proxy for CXone, recordings and S3; or https_proxy, which wins.',
    fallback: undefined,
    secret: true,
    expected: address,
    example: 'http://proxy.example.com:3128',
  },
  {
    name: 'HTTP_PROXY',
    need: 'network',
    meaning: 'The proxy for plain http addresses: a simulator, an S3 server inside; or http_proxy.',
    fallback: undefined,
    secret: true,
    expected: address,
    example: '',
  },
  {
    name: 'NO_PROXY',
    need: 'network',
    meaning: 'What is reached without them; or no_proxy. Loopback always is.',
    fallback: undefined,
    expected: 'names, addresses and networks, separated by commas; a name stands for all below it, too',
    example: 's3.example.com,10.0.0.0/8',
  },
] as const satisfies readonly Setting[];

/** Reads and checks the proxies; null when there is none. @param report called for each that is wrong */
export function readProxies(env: Environment, report: (problem: Problem) => void): ProxySettings | null {
  const read = (name: (typeof proxySettings)[number]['name']) =>
    env[name.toLowerCase()] || readSetting(env, name, report);
  const proxy = (name: 'HTTPS_PROXY' | 'HTTP_PROXY'): string | null => {
    const text = read(name)?.trim();
    if (text === undefined) return null;
    // As is usual: a proxy without a scheme is spoken to in plain HTTP.
    const url = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`;
    const problem = problemOf(url);
    if (problem === null) return url;
    const remedy = `Change ${name} (or ${name.toLowerCase()}), or unset it.`;
    report({ name, problem: `${problem} (its value is not shown)`, expected: address, remedy });
    return null;
  };
  const [https, http] = [proxy('HTTPS_PROXY'), proxy('HTTP_PROXY')];
  const bypass = (read('NO_PROXY') ?? '').split(/[\s,]+/).filter((entry) => entry !== '');
  return https === null && http === null ? null : { https, http, bypass };
}

function problemOf(text: string): string | null {
  if (!URL.canParse(text)) return 'is not an address';
  const { protocol, pathname, search, username, password } = new URL(text);
  if (protocol !== 'http:' && protocol !== 'https:') return 'is a proxy of another kind than HTTP';
  if ((pathname !== '/' && pathname !== '') || search !== '') return 'has a path';
  try {
    decodeURIComponent(username + password);
    return null;
  } catch {
    return 'has a user or password in which a % does not stand for a character';
  }
}
