import { lookup as systemLookup, type LookupAddress } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import type { CxoneConnection } from '../connection';
import type { CxoneErrorCode } from '../../errors';
import { CxoneError } from '../cxone-error';
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
/** All that is given out for use on the Internet lies here; what else there is of IPv6 is local, mapped or reserved. */
const globalUnicast = new BlockList();
globalUnicast.addSubnet('2000::', 3, 'ipv6');
for (const [network, prefix] of [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
] as const) {
  notPublic.addSubnet(network, prefix, 'ipv6');
}
/** What a NAT64 gateway is asked for: the IPv4 address is in the last four bytes (RFC 6052). */
const nat64 = new BlockList();
nat64.addSubnet('64:ff9b::', 96, 'ipv6');

/** Networks that people keep for themselves, without loopback, link-local (where clouds serve credentials) and the like. */
const ownNetworks = new BlockList();
for (const [network, prefix, family] of [
  ['10.0.0.0', 8, 'ipv4'],
  ['100.64.0.0', 10, 'ipv4'],
  ['172.16.0.0', 12, 'ipv4'],
  ['192.168.0.0', 16, 'ipv4'],
  ['fc00::', 7, 'ipv6'],
] as const) {
  ownNetworks.addSubnet(network, prefix, family);
}

/**
 * Whether an address may be reached without being listed: not private, loopback, link-local (where clouds serve
 * credentials), multicast, reserved, nor an IPv6 form that carries an IPv4 address inside. Of those only NAT64 is in use
 * between hosts, and it is judged by the address inside.
 */
export function isPublicAddress(address: string): boolean {
  const plain = behindNat64(address);
  const family = isIP(plain);
  if (family === 0 || plain.includes('%')) return false;
  if (family === 4) return !notPublic.check(plain, 'ipv4');
  return globalUnicast.check(plain, 'ipv6') && !notPublic.check(plain, 'ipv6');
}

/** Whether an address lies in a network of one's own, such as a private endpoint of a cloud has. */
export function isOwnNetwork(address: string): boolean {
  const plain = behindNat64(address);
  const family = isIP(plain);
  if (family === 0 || plain.includes('%')) return false;
  // An IPv4 address in IPv6 clothes is checked by Node against the rules for IPv4, so the form is asked for first.
  if (family === 6 && /^::ffff:/i.test(plain)) return false;
  return ownNetworks.check(plain, family === 4 ? 'ipv4' : 'ipv6');
}

/** The IPv4 address that a NAT64 gateway is asked for; other addresses as they are. */
function behindNat64(address: string): string {
  if (isIP(address) !== 6 || address.includes('%') || !nat64.check(address, 'ipv6')) return address;
  const dotted = /\d+(?:\.\d+){3}$/.exec(address)?.[0];
  if (dotted !== undefined) return dotted;
  // The URL parser writes any spelling in its shortest form; the last two groups, of which either may be left out as zero.
  const [, tail = ''] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::');
  const groups = tail.split(':').filter((group) => group !== '');
  const [high = 0, low = 0] = [
    ...Array<number>(2).fill(0),
    ...groups.map((group) => parseInt(group, 16)),
  ].slice(-2);
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}

/**
 * https and public addresses everywhere, but for the hosts in allowInsecureHosts. Hosts that
 * `privateHosts` names may have addresses of one's own networks, https as everywhere. Behind a proxy the names and
 * addresses written in URLs are held to these rules, and what a name resolves to is the proxy's business.
 */
export function createHostPolicy(
  connection: Pick<CxoneConnection, 'mediaHosts' | 'privateHosts' | 'allowInsecureHosts'>,
  names: HostNames,
  resolve: Resolve = systemLookup,
): HostPolicy {
  const exempt = connection.allowInsecureHosts.map((host) => host.toLowerCase());
  const exemptNames = new Set(exempt.map((host) => bare(host.replace(/:\d+$/, ''))));

  const isPrivateHost = (hostname: string) =>
    (connection.privateHosts ?? []).some((pattern) => matchesHost(hostname.toLowerCase(), pattern));

  const isExempt = (url: URL) => exempt.includes(url.host) || exempt.map(bare).includes(bare(url.hostname));

  const mayHave = (hostname: string, address: string): boolean =>
    isPublicAddress(address) || (isPrivateHost(hostname) && isOwnNetwork(address));

  const objection = (url: URL): string | null => {
    if (isExempt(url)) return null;
    if (url.protocol !== 'https:') return 'is not an https address';
    const host = bare(url.hostname);
    if (isIP(host) !== 0 && !mayHave(host, host)) return 'is not a public address';
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
        if (!open && !addresses.every(({ address }) => mayHave(hostname, address))) {
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
