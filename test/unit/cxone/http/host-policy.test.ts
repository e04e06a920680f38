import type { LookupAddress } from 'node:dns';
import fc from 'fast-check';
import { matchesHost } from '../../../../cxone/http/host-match';
import { createHostPolicy, isPublicAddress } from '../../../../cxone/http/host-policy';
import { plainNames } from '../interceptors/stubs';

describe('public addresses', () => {
  it.each(['8.8.8.8', '52.95.110.1', '172.32.0.1', '2606:4700:4700::1111', '2a05:d018::1'])(
    '%s is public',
    (address) => expect(isPublicAddress(address)).toBe(true),
  );

  it.each(['64:ff9b::808:808', '64:ff9b::8.8.8.8', '64:ff9b:0:0:0:0:0808:0808', '64:ff9b::345f:6e01'])(
    '%s is: a NAT64 gateway on the way to a public address',
    (address) => expect(isPublicAddress(address)).toBe(true),
  );

  it.each([
    ...[
      '127.0.0.1',
      '127.255.0.9',
      '10.1.2.3',
      '172.16.0.1',
      '172.31.255.255',
      '192.168.1.1',
      '169.254.169.254',
    ],
    ...['100.64.0.1', '0.0.0.0', '192.0.2.1', '198.18.0.1', '224.0.0.1', '255.255.255.255', '240.0.0.1'],
    ...[
      '::',
      '::1',
      '::ffff:127.0.0.1',
      '::ffff:169.254.169.254',
      '::ffff:a00:1',
      'fe80::1',
      'fc00::1',
      'fd12::1',
    ],
    ...['ff02::1', '64:ff9b::a9fe:a9fe', '2002:7f00:1::', '2001:db8::1', '2001::1', '::127.0.0.1', 'fec0::1'],
    ...[
      '64:ff9b::',
      '64:ff9b::1',
      '64:ff9b::a00:1',
      '64:ff9b::10.0.0.1',
      '64:ff9b::7f00:1',
      '64:ff9b::c0a8:0',
    ],
    ...['64:ff9b:1::808:808', '64:ff9b:0:1::808:808', '::ffff:8.8.8.8', '::ffff:808:808', '::ffff:0:8.8.8.8'],
    ...[
      '::ffff:0:127.0.0.1',
      '::ffff:0:a9fe:a9fe',
      '::8.8.8.8',
      '5f00::1',
      '4000::1',
      '0100::1',
      'fe80::1%eth0',
    ],
    ...['2606:4700:4700::1111%eth0', '3fff::1', 'feff::1'],
    ...['', 'localhost', '1.2.3', '0x7f000001'],
  ])('%s is not', (address) => expect(isPublicAddress(address)).toBe(false));

  it('has no private IPv4 address that passes in IPv6 clothes', () => {
    const byte = fc.integer({ min: 0, max: 255 });
    const privately = fc.oneof(
      fc.tuple(fc.constantFrom(10, 127), byte, byte, byte),
      fc.tuple(fc.constant(192), fc.constant(168), byte, byte),
      fc.tuple(fc.constant(169), fc.constant(254), byte, byte),
    );
    fc.assert(
      fc.property(privately, (bytes) => {
        const dotted = bytes.join('.');
        const url = new URL(`http://[::ffff:${dotted}]/`);
        const forms = [dotted, url.hostname.slice(1, -1)];
        for (const prefix of ['64:ff9b::', '::ffff:0:', '::', '64:ff9b:1::']) {
          forms.push(prefix + dotted, new URL(`http://[${prefix}${dotted}]/`).hostname.slice(1, -1));
        }
        expect(forms.map(isPublicAddress)).toEqual(forms.map(() => false));
      }),
    );
  });
});

describe('media host patterns', () => {
  it.each([
    ['bucket.s3.amazonaws.com', '*.amazonaws.com', true],
    ['a.amazonaws.com', '*.AmazonAWS.com', true],
    ['media.example.com', 'media.example.com', true],
    ['amazonaws.com', '*.amazonaws.com', false],
    ['.amazonaws.com', '*.amazonaws.com', false],
    ['evilamazonaws.com', '*.amazonaws.com', false],
    ['amazonaws.com.evil.com', '*.amazonaws.com', false],
    ['a.media.example.com', 'media.example.com', false],
  ])('%s under %s: %p', (hostname, pattern, result) => {
    expect(matchesHost(hostname, pattern)).toBe(result);
  });
});

const policy = createHostPolicy(
  {
    mediaHosts: ['*.amazonaws.com'],
    allowInsecureHosts: ['127.0.0.1', 'Simulator:4011', '[::1]'],
  },
  plainNames,
);
const codeOf = (check: () => void): string => {
  try {
    check();
    return 'allowed';
  } catch (error) {
    return (error as { code: string }).code;
  }
};

describe('addresses of the API', () => {
  it.each([
    ['https://api-na1.niceincontact.com/x', 'allowed'],
    ['http://127.0.0.1:99/x', 'allowed'],
    ['http://simulator:4011/x', 'allowed'],
    ['http://[::1]:8080/', 'allowed'],
    ['http://simulator:4012/x', 'HostRefused'],
    ['http://api-na1.niceincontact.com/x', 'HostRefused'],
    ['https://10.0.0.1/', 'HostRefused'],
    ['https://[fe80::1]/', 'HostRefused'],
    ['https://0x7f000002/', 'HostRefused'],
    ['ftp://api-na1.niceincontact.com/', 'HostRefused'],
  ])('%s: %s', (url, result) => expect(codeOf(() => policy.checkApi(new URL(url)))).toBe(result));
});

describe('addresses of media', () => {
  it.each([
    ['https://bucket.s3.us-west-2.amazonaws.com/a.mp4?X=1', 'allowed'],
    ['http://127.0.0.1:99/a.mp4', 'allowed'],
    ['http://bucket.s3.amazonaws.com/a.mp4', 'MediaHostRefused'],
    ['https://api-na1.niceincontact.com/a.mp4', 'MediaHostRefused'],
    ['https://169.254.169.254/latest/meta-data', 'MediaHostRefused'],
    ['https://bucket.s3.amazonaws.com./a.mp4', 'MediaHostRefused'],
    ['file:///etc/passwd', 'MediaHostRefused'],
  ])('%s: %s', (url, result) => expect(codeOf(() => policy.checkMedia(new URL(url)))).toBe(result));
});

describe('resolving at connect time', () => {
  const lookup = (addresses: LookupAddress[], hostname: string, all: boolean) =>
    new Promise((resolve) => {
      createHostPolicy(
        { mediaHosts: [], allowInsecureHosts: ['sim:80'] },
        plainNames,
        (_name, _options, callback) => callback(null, addresses),
      ).lookup(hostname, { all }, (error, found) => resolve(error?.code ?? found));
    });
  const open = { address: '52.95.110.1', family: 4 };
  const closed = { address: '127.0.0.1', family: 4 };

  it('hands on public addresses in the form that was asked for', async () => {
    expect(await lookup([open], 'a.com', true)).toEqual([open]);
    expect(await lookup([open], 'a.com', false)).toBe(open.address);
  });

  it('refuses a name when any of its addresses is private', async () => {
    expect(await lookup([open, closed], 'a.com', true)).toBe('ERR_ADDRESS_REFUSED');
    expect(await lookup([closed], 'a.com', false)).toBe('ERR_ADDRESS_REFUSED');
  });

  it.each([
    ['10.1.2.3', 'ok'],
    ['100.64.3.4', 'ok'],
    ['fd00::5', 'ok'],
    ['64:ff9b::10.1.2.3', 'ok'],
    ['52.95.110.1', 'ok'],
    ['127.0.0.1', 'ERR_ADDRESS_REFUSED'],
    ['169.254.169.254', 'ERR_ADDRESS_REFUSED'],
    ['::ffff:10.1.2.3', 'ERR_ADDRESS_REFUSED'],
    ['fe80::1', 'ERR_ADDRESS_REFUSED'],
    ['0.0.0.0', 'ERR_ADDRESS_REFUSED'],
  ])(
    'lets a name below a pattern of privateHosts have one of its own network: %s is %s',
    async (address, result) => {
      const own = createHostPolicy(
        { mediaHosts: [], allowInsecureHosts: [], privateHosts: ['*.s3.us-west-2.amazonaws.com'] },
        plainNames,
        (_name, _options, callback) => callback(null, [{ address, family: address.includes(':') ? 6 : 4 }]),
      );
      const found = (name: string) =>
        new Promise((resolve) => own.lookup(name, { all: true }, (error) => resolve(error?.code ?? 'ok')));
      expect(await found('bucket.s3.us-west-2.amazonaws.com')).toBe(result);
      expect(await found('bucket.s3.eu-west-1.amazonaws.com')).toBe(
        address === '52.95.110.1' ? 'ok' : 'ERR_ADDRESS_REFUSED',
      );
      // Neither plain http nor a media host that is not listed.
      const inside = 'bucket.s3.us-west-2.amazonaws.com';
      expect(codeOf(() => own.checkApi(new URL(`http://${inside}/`)))).toBe('HostRefused');
      expect(codeOf(() => own.checkMedia(new URL(`https://${inside}/`)))).toBe('MediaHostRefused');
    },
  );

  it('lets a listed host have a private address', async () => {
    expect(await lookup([closed], 'SIM', true)).toEqual([closed]);
  });

  it('says when there is no address', async () => {
    expect(await lookup([], 'a.com', true)).toBe('ENOTFOUND');
  });
});
