import type { CxoneConnection } from '../connection';
import type { CxoneErrorCode } from '../../errors';
import { matchesHost } from './host-match';
import type { KeepAnswer } from './refused-answer';

/**
 * How hosts stand in messages. An answer of CXone says where to go on: to the APIs, to a file. Such a name comes from
 * outside and is shown only where the settings name it or it is NICE's; else it is kept like an answer.
 */
export type HostNames = ReturnType<typeof createHostNames>;

const niceHosts = [
  '*.niceincontact.com',
  '*.nice-incontact.com',
  '*.incontact.com',
  '*.nicecxone.com',
  '*.nicecxone-sov1.au',
  '*.nicecxone-sov1.eu',
  '*.nicecxone-sov1.uk',
];

export const unnamedHost = 'a host that the settings do not name';

export function createHostNames(
  {
    issuer,
    mediaHosts,
    allowInsecureHosts,
  }: Pick<CxoneConnection, 'issuer' | 'mediaHosts' | 'allowInsecureHosts'>,
  keep?: KeepAnswer,
) {
  const exact = new Set([new URL(issuer).host, ...allowInsecureHosts.map((host) => host.toLowerCase())]);
  const patterns = [...niceHosts, ...mediaHosts];
  const isKnown = ({ host, hostname }: URL) =>
    exact.has(host) ||
    exact.has(hostname) ||
    exact.has(hostname.replace(/^\[|\]$/g, '')) ||
    patterns.some((pattern) => matchesHost(hostname, pattern));
  return {
    /** The host and its port, or words in their place. */
    shown: (url: URL): string => (isKnown(url) ? url.host : unnamedHost),
    /** Keeps a host that is refused and may not be shown; says under which id. */
    keep(url: URL, code: CxoneErrorCode): string | undefined {
      if (isKnown(url)) return undefined;
      const family = code === 'MediaHostRefused' ? 'file' : 'discovery';
      return keep?.({ family, status: 0, code, correlationId: undefined, text: `host: ${url.host}` });
    },
  };
}
