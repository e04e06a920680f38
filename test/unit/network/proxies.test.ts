import { type Proxies, proxyFor } from '../../../network/proxies';

const proxies = (...bypass: readonly string[]): Proxies => ({
  https: 'http://proxy.example.com:3128',
  http: 'http://plain.example.com:3129',
  bypass,
});
const isDirect = (url: string, ...bypass: readonly string[]) =>
  proxyFor(proxies(...bypass), new URL(url)) === null;

describe('the proxy of an address', () => {
  it('is that of its scheme', () => {
    expect(proxyFor(proxies(), new URL('https://a.com'))?.host).toBe('proxy.example.com:3128');
    expect(proxyFor(proxies(), new URL('http://a.com'))?.host).toBe('plain.example.com:3129');
    expect(proxyFor({ ...proxies(), https: null }, new URL('https://a.com'))).toBeNull();
    expect(proxyFor({ ...proxies(), http: null }, new URL('http://a.com'))).toBeNull();
  });

  it.each([
    'https://127.0.0.1:8',
    'http://127.9.9.9',
    'https://localhost',
    'https://sim.localhost',
    'https://[::1]:4',
  ])('is none for loopback: %s', (url) => expect(isDirect(url)).toBe(true));

  it.each([
    ['https://example.com', 'example.com', true],
    ['https://a.b.example.com', 'example.com', true],
    ['https://a.example.com', '.example.com', true],
    ['https://a.example.com', '*.example.com', true],
    ['https://A.EXAMPLE.com', 'a.Example.COM', true],
    ['https://example.com.', 'example.com', true],
    ['https://badexample.com', 'example.com', false],
    ['https://example.com.evil.com', 'example.com', false],
    ['https://a.com', '*', true],
    ['https://a.com', 'example.com', false],
    ['https://a.com', '', false],
    ['https://a.com', '.', false],
    ['https://a.com', '*.', false],
    ['https://a.com', 'a.com:443', true],
    ['https://a.com:8443', 'a.com:443', false],
    ['https://a.com:8443', 'a.com:8443', true],
    ['http://a.com', 'a.com:80', true],
    ['https://10.1.2.3', '10.1.2.3', true],
    ['https://10.1.2.3', '10.0.0.0/8', true],
    ['https://11.1.2.3', '10.0.0.0/8', false],
    ['https://10.1.2.3', '10.0.0.0/33', false],
    ['https://10.1.2.3', '2.3', false],
    ['https://a.com', '10.0.0.0/8', false],
    ['https://[fd00::5]', 'fd00::/8', true],
    ['https://[fd00::5]', 'fd00::5', true],
    ['https://[fd00::5]', '[fd00::5]:443', true],
    ['https://[fd00::5]', '[fd00::5]:444', false],
    ['https://[fd00::5]', '10.0.0.0/8', false],
  ])('%s with NO_PROXY=%s is reached directly: %p', (url, entry, direct) => {
    expect(isDirect(url, entry)).toBe(direct);
    expect(isDirect(url, 'other.org', entry)).toBe(direct);
  });
});
