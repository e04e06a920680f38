import { lookup as systemLookup } from 'node:dns';
import type { LookupAddress } from 'node:dns';
import { BlockList, isIP } from 'node:net';
import type { LookupFunction } from 'node:net';
import type { CxoneConnection } from './connection';
import { CxoneError, type CxoneErrorCode } from './errors';
import { matchesHost } from './host-match';
import type { HostNames } from './host-names';

/** `dns.lookup` asked for all addresses of a name. */
export type Resolve = (
  hostname: string,
  options: { readonly all: true; readonly family: number },
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/** Which addresses may be called. Made once per connection; `lookup` goes into the HTTP agents. */
export interface HostPolicy {
  readonly names: HostNames;
  /** @throws CxoneError `HostRefused`: not https, or a private address, on a host not listed in allowInsecureHosts */
  checkApi(url: URL): void;
  /** As `checkApi`, and the host must be a media host. @throws CxoneError `MediaHostRefused` */
  checkMedia(url: URL): void;
  /** Resolves at connect time and refuses private addresses, so that a name cannot change between check and use. */
  readonly lookup: LookupFunction;
}

/** Marks a refusal on its way through the HTTP library, which only hands on an error with this code. */
export const addressRefused = 'ERR_ADDRESS_REFUSED';

const notPublic = new BlockList();
for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
] as const) {
  notPublic.addSubnet(network, prefix, 'ipv4');
}
for (const [network, prefix] of [
  ['::', 96],
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['100::', 64],
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
  ['fc00::', 7],
  ['fe80::', 9],
  ['ff00::', 8],
] as const) {
  notPublic.addSubnet(network, prefix, 'ipv6');
}

/**
 * Whether an address may be reached without being listed: not private, loopback, link-local (where clouds serve
 * credentials), multicast, reserved, nor an IPv6 form that carries an IPv4 address inside.
 */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 0) return false;
  return !notPublic.check(address, family === 4 ? 'ipv4' : 'ipv6');
}

/** The rules of `interfaces.md`: https and public addresses everywhere, but for the hosts in allowInsecureHosts. */
export function createHostPolicy(
  connection: Pick<CxoneConnection, 'mediaHosts' | 'allowInsecureHosts'>,
  names: HostNames,
  resolve: Resolve = systemLookup,
): HostPolicy {
  const exempt = connection.allowInsecureHosts.map((host) => host.toLowerCase());
  const exemptNames = new Set(exempt.map((host) => bare(host.replace(/:\d+$/, ''))));

  const isExempt = (url: URL) => exempt.includes(url.host) || exempt.map(bare).includes(bare(url.hostname));

  const objection = (url: URL): string | null => {
    if (isExempt(url)) return null;
    if (url.protocol !== 'https:') return 'is not an https address';
    if (isIP(bare(url.hostname)) !== 0 && !isPublicAddress(bare(url.hostname)))
      return 'is not a public address';
    return null;
  };

  const refusal = (code: CxoneErrorCode, what: string, url: URL, reason: string) =>
    new CxoneError(code, `${what}: ${names.shown(url)} ${reason}.`, { answerId: names.keep(url, code) });

  return {
    names,
    checkApi(url) {
      const reason = objection(url);
      if (reason !== null) throw refusal('HostRefused', 'CXone was not called', url, reason);
    },
    checkMedia(url) {
      const known =
        isExempt(url) || connection.mediaHosts.some((pattern) => matchesHost(url.hostname, pattern));
      const reason = known ? objection(url) : 'is not among the mediaHosts';
      if (reason !== null) {
        throw refusal('MediaHostRefused', 'The file was not fetched', url, reason);
      }
    },
    lookup(hostname, options, callback) {
      const family = options.family === 'IPv4' ? 4 : options.family === 'IPv6' ? 6 : (options.family ?? 0);
      resolve(hostname, { all: true, family }, (error, addresses) => {
        if (error !== null) return callback(error, '', 0);
        const [first] = addresses;
        if (first === undefined) return callback(failure('ENOTFOUND'), '', 0);
        const open = exemptNames.has(hostname.toLowerCase());
        if (!open && !addresses.every(({ address }) => isPublicAddress(address))) {
          return callback(failure(addressRefused), '', 0);
        }
        return options.all ? callback(null, addresses) : callback(null, first.address, first.family);
      });
    },
  };
}

function failure(code: string): NodeJS.ErrnoException {
  return Object.assign(new Error(code), { code });
}

/** An IPv6 host without the brackets it wears in a URL. */
function bare(hostname: string): string {
  return hostname.replace(/^\[|\]$/g, '');
}
