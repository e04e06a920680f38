import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadSettings, loadTenants, SettingsError } from '../../../config';

const proxiesOf = (env: Record<string, string>) => loadSettings(env, ['network']).network.proxies;
const proxy = 'http://user:canary@proxy.example.com:3128';

describe('proxies', () => {
  it('are none without a setting, whatever NO_PROXY says', () => {
    expect(proxiesOf({ NO_PROXY: 'example.com' })).toBeUndefined();
    expect(proxiesOf({ HTTPS_PROXY: '', https_proxy: '' })).toBeUndefined();
  });

  it.each([
    [{ HTTPS_PROXY: proxy }, { https: proxy, http: null, bypass: [] }],
    [
      { https_proxy: 'http://low:1', HTTPS_PROXY: proxy },
      { https: 'http://low:1', http: null, bypass: [] },
    ],
    [{ HTTP_PROXY: 'proxy:8080' }, { https: null, http: 'http://proxy:8080', bypass: [] }],
    [
      { http_proxy: 'https://p', no_proxy: ' a.com, .b.com,,10.0.0.0/8 c.com ' },
      { https: null, http: 'https://p', bypass: ['a.com', '.b.com', '10.0.0.0/8', 'c.com'] },
    ],
  ])('are read as is customary: %j', (env, expected) => {
    expect(proxiesOf(env)).toEqual(expected);
  });

  it.each([
    'socks5://user:canary@proxy:1080',
    'http://user:canary@proxy:3128/path',
    'http://user:canary@proxy:99999',
    'http://us%er:canary@proxy:3128',
  ])('of no use are refused by name, without a word of their value: %s', (value) => {
    const refused = () => proxiesOf({ HTTPS_PROXY: value });
    expect(refused).toThrow(SettingsError);
    expect(refused).toThrow(/HTTPS_PROXY .*expected the address of an HTTP proxy.*unset it/);
    expect(refused).not.toThrow(/canary/);
  });

  describe('in files', () => {
    let folder: string;
    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), 'cxone-sync-proxies-'));
    });
    afterEach(() => rmSync(folder, { recursive: true }));

    it('keep their password out of the environment, and reach tenants and recordings alike', () => {
      writeFileSync(join(folder, 'proxy'), `${proxy}\n`);
      const key = { env: 'KEY' };
      const acme = { issuer: 'https://cxone.niceincontact.com', clientId: 'c', accessKeyId: 'a' };
      const tenants = { acme: { ...acme, clientSecret: key, accessKeySecret: key } };
      writeFileSync(join(folder, 'tenants.json'), JSON.stringify({ tenants }));
      const env = {
        HTTPS_PROXY_FILE: join(folder, 'proxy'),
        NO_PROXY: 'a.com',
        KEY: 'k',
        RECORDINGS_URL: 's3://bucket',
      };
      const proxies = { https: proxy, http: null, bypass: ['a.com'] };
      expect(loadTenants(join(folder, 'tenants.json'), env).tenants.get('acme')).toMatchObject({ proxies });
      expect(loadSettings(env, ['recordings']).recordings.s3).toMatchObject({ proxies, checksums: 'sha256' });
    });
  });
});
