import {
  CreateMultipartUploadCommand,
  ListMultipartUploadsCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { RecordingFiles } from '../../../store/files/recording-files';
import { openRecordingFiles } from '../../../store/files/open-recording-files';
import type { S3Options } from '../../../store/files/s3-bucket';
import { describeWithS3, type S3Server, s3ServerTimeoutMs, startS3Server } from '../../setup/versitygw';
import { postgresServers } from '../../setup/servers';
import { describeRecordingFiles, waysToStore } from './files-conformance';
import { describeMounted } from './mounted-conformance';

const key = 'acme/2026/07/20/1/s.mp4';
const megabyte = 1_000_000;
const limit = { maxBytes: 100 * megabyte };

async function* chunks(...parts: readonly (Buffer | Error)[]): AsyncGenerator<Buffer> {
  for (const part of parts) {
    if (part instanceof Error) throw part;
    yield part;
  }
}

describeWithS3('recordings in a bucket', () => {
  const environment = process.env;
  let server: S3Server;
  let client: S3Client;
  let bucket: string;
  let buckets = 0;
  beforeAll(async () => {
    server = await startS3Server();
    process.env = { ...environment, ...server.env };
    client = new S3Client({ forcePathStyle: true });
  }, s3ServerTimeoutMs);
  afterAll(async () => {
    process.env = environment;
    client?.destroy();
    await server?.stop();
  });
  beforeEach(() => {
    bucket = `recordings-${(buckets += 1)}`;
    server.makeBucket(bucket);
  });
  afterEach(() => {
    process.env = { ...environment, ...server.env };
  });

  const open = (options: S3Options = {}, url = `s3://${bucket}/calls/2`): RecordingFiles =>
    openRecordingFiles({ url, s3: { forcePathStyle: true, ...options } });

  const uploads = async (): Promise<readonly string[]> => {
    const { Uploads } = await client.send(new ListMultipartUploadsCommand({ Bucket: bucket }));
    return (Uploads ?? []).map(({ Key }) => Key ?? '');
  };

  describe.each(waysToStore)('%s', (_, keys) =>
    describeRecordingFiles(() =>
      Promise.resolve({
        files: openRecordingFiles({ url: `s3://${bucket}/calls/2`, s3: { forcePathStyle: true }, ...keys }),
        pathOf: (name) => Promise.resolve(join(server.folder(bucket), 'calls/2', name)),
        list: async () => {
          expect(await uploads()).toEqual([]);
          return server.list(bucket).map((path) => path.replace(/^calls\/2\//, ''));
        },
        close: () => Promise.resolve(),
      }),
    ),
  );

  describe.each(postgresServers().slice(0, 1))('guarded by a database, on $label', (postgres) =>
    describeMounted(
      () => postgres,
      () => {
        const folder = server.folder(bucket);
        const away = server.folder(`away-${bucket}`);
        return {
          storage: { url: `s3://${bucket}/calls/2`, s3: { forcePathStyle: true } },
          list: () => server.list(bucket).map((path) => path.replace(/^calls\/2\//, '')),
          unmount() {
            renameSync(folder, away);
            mkdirSync(folder);
          },
          mount() {
            rmSync(folder, { recursive: true });
            renameSync(away, folder);
          },
          remove: (name) => rmSync(join(folder, 'calls/2', name)),
        };
      },
    ),
  );

  it('lie at the root of the bucket when the URL names no prefix', async () => {
    await open({}, `s3://${bucket}`).save(key, chunks(Buffer.from('x')), limit);
    expect(server.list(bucket)).toEqual([key]);
  });

  it('larger than a part come back byte for byte, and leave no unfinished upload', async () => {
    const parts = Array.from({ length: 17 }, () => randomBytes(megabyte));
    const whole = Buffer.concat(parts);
    const expected = {
      bytes: whole.length,
      sha256: createHash('sha256').update(whole).digest('hex'),
    };
    expect(await open().save(key, chunks(...parts), { ...limit, expectedBytes: whole.length })).toEqual(
      expected,
    );
    expect(readFileSync(join(server.folder(bucket), 'calls/2', key)).equals(whole)).toBe(true);
    const read = await (await open().open(key)).toArray();
    expect(Buffer.concat(read as Buffer[]).equals(whole)).toBe(true);
    expect(await uploads()).toEqual([]);
  });

  it('larger than a part and encrypted come back byte for byte', async () => {
    const keysOf = () => [{ id: 'k', key: Buffer.alloc(32, 9) }];
    const files = openRecordingFiles({ url: `s3://${bucket}`, s3: { forcePathStyle: true }, keysOf });
    const parts = Array.from({ length: 12 }, () => randomBytes(megabyte));
    await files.save(key, chunks(...parts), { ...limit, expectedBytes: 12 * megabyte });
    const read = Buffer.concat((await (await files.open(key)).toArray()) as Buffer[]);
    expect(read.equals(Buffer.concat(parts))).toBe(true);
  });

  it.each([
    ['breaks off', [new Error('socket hang up')], {}, 'socket hang up'],
    ['is shorter than promised', [], { expectedBytes: 20 * megabyte }, 'ended after 12000000 of 20000000'],
    ['is longer than promised', [], { expectedBytes: 11 * megabyte }, 'ended after 12000000 of 11000000'],
    ['is too large', [], { maxBytes: 11 * megabyte }, 'larger than 11000000'],
  ])('of which some parts are stored and the body %s are never there', async (_, end, options, message) => {
    const body = chunks(...Array.from({ length: 12 }, () => Buffer.alloc(megabyte, 7)), ...end);
    await expect(open().save(key, body, { ...limit, ...options })).rejects.toThrow(message);
    expect(await open().exists(key)).toBe(false);
    expect(server.list(bucket)).toEqual([]);
    expect(await uploads()).toEqual([]);
  });

  it('are not there while a large upload is under way', async () => {
    const seen: boolean[] = [];
    const files = open();
    async function* watched(): AsyncGenerator<Buffer> {
      for (let part = 0; part < 14; part += 1) {
        yield Buffer.alloc(megabyte, part);
        if (part % 4 === 3) seen.push(await files.exists(key));
      }
    }
    await files.save(key, watched(), limit);
    expect(seen).toEqual([false, false, false]);
    expect(await files.exists(key)).toBe(true);
  });

  it('take little memory, however large they are', async () => {
    const files = open();
    const piece = randomBytes(65_536);
    let peak = 0;
    async function* large(): AsyncGenerator<Buffer> {
      for (let sent = 0; sent < 150 * megabyte; sent += piece.length) {
        yield piece;
        peak = Math.max(peak, process.memoryUsage().arrayBuffers);
      }
    }
    const before = process.memoryUsage().arrayBuffers;
    await files.save(key, large(), { maxBytes: 200 * megabyte });
    // Three parts, each once as it fills and once as it is sent, and what was not collected yet.
    expect(peak - before).toBeLessThan(80 * megabyte);
  });

  describe('uploads that a killed process has left', () => {
    async function leave(name: string): Promise<void> {
      const object = { Bucket: bucket, Key: name };
      const { UploadId } = await client.send(new CreateMultipartUploadCommand(object));
      await client.send(
        new UploadPartCommand({ ...object, UploadId, PartNumber: 1, Body: Buffer.alloc(5_300_000) }),
      );
    }

    it('are swept with the next recording, below the prefix and nowhere else', async () => {
      await leave(`calls/2/${key}`);
      await leave(`calls/25/${key}`);
      await open({ abandonedAfterMs: -60_000 }).save(
        'acme/2026/07/20/1/t.mp4',
        chunks(Buffer.from('x')),
        limit,
      );
      expect(await uploads()).toEqual([`calls/25/${key}`]);
    });

    it('are distinguished from those of others at the root of a bucket', async () => {
      await leave(key);
      await leave('backups/database.tar');
      await open({ abandonedAfterMs: -60_000 }, `s3://${bucket}`).probe();
      expect(await uploads()).toEqual(['backups/database.tar']);
    });

    it('are left alone while they are young: they may be under way', async () => {
      await leave(`calls/2/${key}`);
      await open().save('acme/2026/07/20/1/t.mp4', chunks(Buffer.from('x')), limit);
      expect(await uploads()).toEqual([`calls/2/${key}`]);
    });

    it('are swept when a worker starts', async () => {
      await leave(`calls/2/${key}`);
      await open({ abandonedAfterMs: -60_000 }).probe();
      expect(await uploads()).toEqual([]);
    });
  });

  describe('that cannot be stored', () => {
    const refused = (message: RegExp, remedy: RegExp) => ({
      code: 'RecordingStorageRefused',
      retryable: false,
      message: expect.stringMatching(message),
      remedy: expect.stringMatching(remedy),
    });

    it('say that there is no such bucket', async () => {
      const files = open({}, 's3://no-such-bucket/calls');
      const expected = refused(/no bucket.*s3:\/\/no-such-bucket\/calls/i, /RECORDINGS_URL/);
      await expect(files.probe()).rejects.toMatchObject(expected);
      await expect(files.save(key, chunks(Buffer.from('x')), limit)).rejects.toMatchObject(expected);
    });

    it('say that the credentials are wrong', async () => {
      process.env['AWS_ACCESS_KEY_ID'] = 'unknown';
      await expect(open().probe()).rejects.toMatchObject(refused(/not accepted/, /AWS_/));
      process.env['AWS_ACCESS_KEY_ID'] = server.env['AWS_ACCESS_KEY_ID'];
      process.env['AWS_SECRET_ACCESS_KEY'] = 'canary-wrong';
      const problem: unknown = await open()
        .probe()
        .catch((error: unknown) => error);
      expect(problem).toMatchObject(refused(/not accepted/, /AWS_/));
      expect(JSON.stringify(problem)).not.toContain('canary');
    });

    it('say that the credentials have no right to the bucket', async () => {
      Object.assign(process.env, server.addUser('stranger'));
      const expected = refused(/may not use.*AccessDenied/, /s3:PutObject/);
      await expect(open().probe()).rejects.toMatchObject(expected);
      await expect(open().save(key, chunks(Buffer.from('x')), limit)).rejects.toMatchObject(expected);
      expect(server.list(bucket)).toEqual([]);
    });

    it('say that there are no credentials', async () => {
      delete process.env['AWS_ACCESS_KEY_ID'];
      delete process.env['AWS_SECRET_ACCESS_KEY'];
      process.env['HOME'] = '/nowhere';
      await expect(open().probe()).rejects.toMatchObject(refused(/No credentials/, /AWS_ACCESS_KEY_ID/));
    });

    it('say that the region is wrong or missing', async () => {
      process.env['AWS_REGION'] = 'eu-central-1';
      await expect(open().probe()).rejects.toMatchObject(refused(/another region/, /AWS_REGION/));
      delete process.env['AWS_REGION'];
      process.env['HOME'] = '/nowhere';
      await expect(open().probe()).rejects.toMatchObject(refused(/No region/, /AWS_REGION/));
    });

    it('are tried again when the server does not answer', async () => {
      process.env['AWS_ENDPOINT_URL_S3'] = 'http://127.0.0.1:9';
      process.env['AWS_MAX_ATTEMPTS'] = '1';
      await expect(open().probe()).rejects.toMatchObject({
        code: 'RecordingStorageUnavailable',
        retryable: true,
        message: expect.stringContaining('ECONNREFUSED'),
      });
    });

    it('leave the body alone that they did not read', async () => {
      let closed = false;
      async function* body(): AsyncGenerator<Buffer> {
        try {
          for (;;) yield Buffer.alloc(megabyte);
        } finally {
          closed = true;
        }
      }
      const files = open({}, 's3://no-such-bucket/calls');
      await expect(files.save(key, body(), limit)).rejects.toMatchObject({ code: 'RecordingStorageRefused' });
      expect(closed).toBe(true);
    });
  });

  it('that vanish are missing, not refused', async () => {
    await open().save(key, chunks(Buffer.from('x')), limit);
    rmSync(join(server.folder(bucket), 'calls'), { recursive: true });
    expect(await open().exists(key)).toBe(false);
    await expect(open().open(key)).rejects.toMatchObject({ code: 'RecordingMissing' });
  });
});
