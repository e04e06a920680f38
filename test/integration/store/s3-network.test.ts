import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openBareFiles, openRecordingFiles } from '../../../store/files/open-recording-files';
import type { S3Options } from '../../../store/files/s3-bucket';
import { createAuthority } from '../../setup/certificates';
import { startConnectProxy, startTlsFront } from '../../setup/connect-proxy';
import { type OldS3Server, startOldS3Server } from '../../setup/old-s3-server';
import { runScript } from '../../setup/script';
import { startTcpProxy, type TcpProxy } from '../../setup/tcp-proxy';
import { describeWithS3, type S3Server, s3ServerTimeoutMs, startS3Server } from '../../setup/versitygw';

const key = 'acme/2026/07/20/1/s.mp4';
const megabyte = 1_000_000;
const limit = { maxBytes: 100 * megabyte };
async function* body(...parts: readonly Buffer[]): AsyncGenerator<Buffer> {
  for (const part of parts) yield part;
}

const environment = process.env;
afterEach(() => {
  process.env = environment;
});

describe('an S3 server without flexible checksums', () => {
  let server: OldS3Server;
  beforeEach(async () => {
    server = await startOldS3Server();
    process.env = {
      ...environment,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'a',
      AWS_SECRET_ACCESS_KEY: 'b',
      AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${server.port}`,
    };
  });
  afterEach(() => server.close());
  const open = (options: S3Options = {}) =>
    openRecordingFiles({ url: 's3://bucket/calls', s3: { forcePathStyle: true, ...options } });

  it('is found out by the probe, which says what to set', async () => {
    await expect(open().probe()).rejects.toMatchObject({
      code: 'RecordingStorageRefused',
      message: expect.stringContaining('without checksums only'),
      remedy: expect.stringContaining('RECORDINGS_S3_CHECKSUMS=none'),
    });
    expect([...server.objects]).toEqual([]);
  });

  it('takes recordings, small and large, and a mark with RECORDINGS_S3_CHECKSUMS=none', async () => {
    const files = open({ checksums: 'none' });
    await files.probe();
    expect([...server.objects]).toEqual([]);
    for (const bytes of [100, 12 * megabyte]) {
      const content = randomBytes(bytes);
      await files.save(key, body(content), { ...limit, expectedBytes: bytes });
      expect(Buffer.concat(await (await files.open(key)).toArray()).equals(content)).toBe(true);
    }
    const bare = openBareFiles({
      url: 's3://bucket/calls',
      s3: { forcePathStyle: true, checksums: 'none' },
    });
    await bare.writeMark('11111111-1111-4111-8111-111111111111');
    expect(await bare.readMark()).toBe('11111111-1111-4111-8111-111111111111');
  });

  it('is refused as before where checksums are not the reason', async () => {
    process.env['AWS_ENDPOINT_URL_S3'] = 'http://127.0.0.1:9';
    process.env['AWS_MAX_ATTEMPTS'] = '1';
    await expect(open().probe()).rejects.toMatchObject({ code: 'RecordingStorageUnavailable' });
  });
});

describeWithS3('an S3 server behind a network', () => {
  let server: S3Server;
  let port: number;
  let buckets = 0;
  let bucket: string;
  beforeAll(async () => {
    server = await startS3Server();
    port = Number(new URL(server.env['AWS_ENDPOINT_URL_S3'] ?? '').port);
  }, s3ServerTimeoutMs);
  afterAll(() => server?.stop());
  beforeEach(() => {
    bucket = `network-${(buckets += 1)}`;
    server.makeBucket(bucket);
    process.env = { ...environment, ...server.env };
  });

  describe('that swallows what is sent', () => {
    const silentAfterMs = 1_000;
    let proxy: TcpProxy;
    beforeEach(async () => {
      proxy = await startTcpProxy(port);
      process.env['AWS_ENDPOINT_URL_S3'] = `http://127.0.0.1:${proxy.port}`;
    });
    afterEach(() => proxy.close());
    const open = () =>
      openRecordingFiles({
        url: `s3://${bucket}/calls`,
        s3: { forcePathStyle: true, silentAfterMs },
      });

    it.each([
      ['a small recording', [Buffer.alloc(1_000, 1)]],
      ['a recording in parts', Array.from({ length: 13 }, () => Buffer.alloc(megabyte, 2))],
    ])(
      '%s is given up, called what it is, and stored when it is sent again after healing',
      async (_, parts) => {
        const files = open();
        await files.probe();
        proxy.swallow();
        await expect(files.save(key, body(...parts), limit)).rejects.toMatchObject({
          code: 'RecordingStorageUnavailable',
          retryable: true,
          message: expect.stringContaining('TimeoutError'),
        });
        proxy.heal();
        const { bytes } = await files.save(key, body(...parts), limit);
        expect(bytes).toBe(Buffer.concat(parts).length);
        expect(await files.exists(key)).toBe(true);
      },
    );

    it('for less than all attempts costs the recording nothing: it is sent again by itself', async () => {
      const files = open();
      await files.probe();
      proxy.swallow();
      const saving = files.save(key, body(Buffer.from('audio')), limit);
      // The first attempt is lost in any case; the connection heals during the second.
      setTimeout(() => proxy.heal(), silentAfterMs / 2);
      expect(await saving).toMatchObject({ bytes: 5 });
    });

    it('while a recording is read ends the reading', async () => {
      const files = open();
      await files.save(key, body(...Array.from({ length: 30 }, () => Buffer.alloc(megabyte))), limit);
      const reading = await files.open(key);
      const read = async () => {
        for await (const _ of reading) proxy.swallow();
      };
      await expect(read()).rejects.toMatchObject({ code: 'RecordingStorageUnavailable' });
    });

    it.each(['exists', 'remove', 'open'] as const)('%s is given up', async (method) => {
      const files = open();
      await files.probe();
      proxy.swallow();
      await expect(files[method](key)).rejects.toMatchObject({ code: 'RecordingStorageUnavailable' });
    });
  });

  it('with a proxy and a CA of the company keeps recordings', async () => {
    const authority = createAuthority();
    const folder = mkdtempSync(join(tmpdir(), 'cxone-sync-s3-proxy-'));
    writeFileSync(join(folder, 'ca.pem'), authority.cert);
    const front = await startTlsFront(authority.issue('s3.example.test'), port);
    const proxy = await startConnectProxy({ routes: { 's3.example.test:443': front.port } });
    const env = {
      ...process.env,
      NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem'),
      AWS_ENDPOINT_URL_S3: 'https://s3.example.test',
      HTTPS_PROXY: `http://127.0.0.1:${proxy.port}`,
      RECORDINGS_URL: `s3://${bucket}/calls`,
    };
    try {
      const script = join(__dirname, 'store-through-proxy.ts');
      const { answer } = await runScript<{ readonly read?: string; readonly problem?: string }>(script, {
        env,
      });
      expect(answer).toEqual({ read: 'audio' });
      expect(server.list(bucket)).toEqual([`calls/${key}`]);
      expect(proxy.asked).not.toEqual([]);
      const broken = await runScript<{ readonly problem?: string }>(script, {
        env: { ...env, HTTPS_PROXY: 'http://user:canary@127.0.0.1:9' },
      });
      expect(broken.answer.problem).toBe(
        `s3://${bucket}/calls could not be used: the proxy 127.0.0.1:9 cannot be reached (ECONNREFUSED)`,
      );
    } finally {
      await front.close();
      await proxy.close();
      rmSync(folder, { recursive: true });
    }
  });
});
