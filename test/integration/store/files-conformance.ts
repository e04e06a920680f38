import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import type { RecordingFiles } from '../../../store/files/recording-files';
import type { RecordingStorage } from '../../../store/files/open-recording-files';

const key = 'acme/2026/07/20/693159199085/segment-1.mp4';
const limit = { maxBytes: 1_000_000 };

async function* chunks(...parts: readonly (Buffer | Error)[]): AsyncGenerator<Buffer> {
  for (const part of parts) {
    if (part instanceof Error) throw part;
    // A turn of the event loop between chunks, as from a socket.
    await new Promise((resolve) => setImmediate(resolve));
    yield part;
  }
}

const ring = [{ id: '2026-11', key: randomBytes(32) }];

/** Every storage is tried in both ways. */
export const waysToStore: readonly (readonly [string, Pick<RecordingStorage, 'keysOf'>])[] = [
  ['plain', {}],
  ['encrypted', { keysOf: () => ring }],
];

/** A storage under test, and a way to see everything it holds, temporary objects too. */
export interface FilesUnderTest {
  readonly files: RecordingFiles;
  list(): Promise<readonly string[]>;
  /** Where the bytes of a key lie on the disk, as they are stored. */
  pathOf(key: string): Promise<string>;
  close(): Promise<void>;
}

/** What every implementation of `RecordingFiles` has to do. Call it inside a describe. */
export function describeRecordingFiles(create: () => Promise<FilesUnderTest>): void {
  let subject: FilesUnderTest;
  let files: RecordingFiles;
  beforeEach(async () => {
    subject = await create();
    files = subject.files;
  });
  afterEach(() => subject.close());

  async function read(): Promise<Buffer> {
    return Buffer.concat(await (await files.open(key)).toArray());
  }

  it('brings back byte for byte what was saved, with its length and hash', async () => {
    const parts = [randomBytes(1), randomBytes(70_000), randomBytes(0), randomBytes(30_000)];
    const whole = Buffer.concat(parts);
    expect(await files.save(key, chunks(...parts), { ...limit, expectedBytes: whole.length })).toMatchObject({
      bytes: 100_001,
      sha256: createHash('sha256').update(whole).digest('hex'),
    });
    expect(await read()).toEqual(whole);
    expect(await files.exists(key)).toBe(true);
    expect(await subject.list()).toEqual([key]);
  });

  it('takes a Node stream', async () => {
    const body = Readable.from([Buffer.from('ab'), Buffer.from('c')]);
    expect(await files.save(key, body, limit)).toMatchObject({ bytes: 3 });
  });

  it('reports its progress', async () => {
    const seen: number[] = [];
    await files.save(key, chunks(Buffer.alloc(10), Buffer.alloc(5)), {
      ...limit,
      onProgress: (n) => seen.push(n),
    });
    expect(seen).toEqual([10, 15]);
  });

  it('replaces what was there', async () => {
    await files.save(key, chunks(Buffer.from('old and longer')), limit);
    await files.save(key, chunks(Buffer.from('new')), limit);
    expect((await read()).toString()).toBe('new');
  });

  it('lets the last of several savers win whole', async () => {
    const bodies = ['a', 'b', 'c'].map((letter) => Buffer.alloc(200_000, letter));
    await Promise.all(
      bodies.map((body) => files.save(key, chunks(body.subarray(0, 9), body.subarray(9)), limit)),
    );
    const stored = await read();
    expect(bodies.filter((body) => body.equals(stored))).toHaveLength(1);
    expect(await subject.list()).toEqual([key]);
  });

  it.each([
    ['empty', [], {}, 'RecordingEmpty'],
    ['made of empty chunks', [Buffer.alloc(0)], {}, 'RecordingEmpty'],
    ['shorter than promised', [Buffer.alloc(9)], { expectedBytes: 10 }, 'RecordingIncomplete'],
    ['longer than promised', [Buffer.alloc(11)], { expectedBytes: 10 }, 'RecordingIncomplete'],
    ['too large', [Buffer.alloc(6), Buffer.alloc(6)], { maxBytes: 10 }, 'RecordingTooLarge'],
  ])('refuses a body that is %s, and nothing of it remains', async (_, parts, options, code) => {
    await expect(files.save(key, chunks(...parts), { ...limit, ...options })).rejects.toMatchObject({ code });
    expect(await files.exists(key)).toBe(false);
    expect(await subject.list()).toEqual([]);
  });

  it('stops reading a body as soon as it is too large', async () => {
    let pulled = 0;
    async function* endless(): AsyncGenerator<Buffer> {
      for (;;) {
        pulled += 1;
        yield Buffer.alloc(1000);
      }
    }
    await expect(files.save(key, endless(), { maxBytes: 5000 })).rejects.toMatchObject({
      code: 'RecordingTooLarge',
    });
    expect(pulled).toBe(6);
  });

  it('leaves nothing, and what was there before, when the body breaks off', async () => {
    await files.save(key, chunks(Buffer.from('before')), limit);
    const broken = Object.assign(new Error('socket hang up'), { code: 'ECONNRESET', syscall: 'read' });
    await expect(files.save(key, chunks(Buffer.from('half'), broken), limit)).rejects.toBe(broken);
    expect((await read()).toString()).toBe('before');
    expect(await subject.list()).toEqual([key]);
  });

  it('leaves nothing when it is cancelled', async () => {
    const cancelling = new AbortController();
    const saving = files.save(key, chunks(Buffer.from('one'), Buffer.from('two')), {
      ...limit,
      signal: cancelling.signal,
      onProgress: () => cancelling.abort(),
    });
    await expect(saving).rejects.toMatchObject({ name: 'AbortError' });
    expect(await subject.list()).toEqual([]);
  });

  it('shows nothing under the key before the body is whole', async () => {
    const seen: boolean[] = [];
    async function* watched(): AsyncGenerator<Buffer> {
      for (let n = 0; n < 3; n += 1) {
        yield Buffer.from('part');
        seen.push(await files.exists(key));
      }
    }
    await files.save(key, watched(), limit);
    expect(seen).toEqual([false, false, false]);
  });

  it('says that a recording is missing, and removes what is there or not', async () => {
    await expect(files.open(key)).rejects.toMatchObject({ code: 'RecordingMissing' });
    await files.remove(key);
    await files.save(key, chunks(Buffer.from('x')), limit);
    await files.remove(key);
    expect(await files.exists(key)).toBe(false);
  });

  const facts = {
    tenant: 'acme',
    masterContactId: '693159199085',
    segmentId: 'segment-1',
    contentType: 'video/mp4; codecs="https://media.example.com/canary"',
    mediaType: 'voice-only',
    channelType: 'canary +1 555 0100',
    startTime: '2026-07-20T10:00:00.000+02:00',
    endTime: 'canary',
  };
  const manifest = async () =>
    JSON.parse(readFileSync(await subject.pathOf(`${key}.json`), 'utf8')) as Record<string, unknown>;

  it('writes a manifest beside a recording, which says what lies there and nothing personal', async () => {
    const before = Date.now();
    const saved = await files.save(key, chunks(Buffer.from('audio')), { ...limit, facts });
    const stored = readFileSync(await subject.pathOf(key));
    const written = await manifest();
    expect(written).toEqual({
      version: 1,
      tenant: 'acme',
      masterContactId: '693159199085',
      segmentId: 'segment-1',
      storageKey: key,
      bytes: 5,
      sha256: createHash('sha256').update('audio').digest('hex'),
      contentType: 'video/mp4',
      mediaType: 'voice-only',
      channelType: null,
      startTime: '2026-07-20T08:00:00.000Z',
      endTime: null,
      storedAt: expect.stringMatching(/Z$/),
      storedBytes: stored.length,
      storedSha256: createHash('sha256').update(stored).digest('hex'),
      encryption: saved.sealed ? { algorithm: 'AES-256-GCM', keyId: saved.sealed.keyId } : null,
    });
    expect(Date.parse(String(written['storedAt']))).toBeGreaterThanOrEqual(before);
    expect(JSON.stringify(written)).not.toMatch(/canary|https?:/);
  });

  it('renews the manifest with its recording, and removes both together', async () => {
    await files.save(key, chunks(Buffer.from('old and longer')), { ...limit, facts });
    await files.save(key, chunks(Buffer.from('new')), { ...limit, facts });
    expect(await manifest()).toMatchObject({ bytes: 3 });
    expect([...(await subject.list())].sort()).toEqual([key, `${key}.json`]);
    await files.remove(key);
    expect(await subject.list()).toEqual([]);
  });

  it('writes no manifest of what was not stored', async () => {
    const empty = files.save(key, chunks(), { ...limit, facts });
    await expect(empty).rejects.toMatchObject({ code: 'RecordingEmpty' });
    expect(await subject.list()).toEqual([]);
  });

  it.each(['../outside', '/etc/passwd', 'a/../../b', ''])('refuses the key "%s"', async (bad) => {
    const refused = { code: 'RecordingKeyRefused' };
    await expect(files.save(bad, chunks(Buffer.from('x')), limit)).rejects.toMatchObject(refused);
    await expect(files.open(bad)).rejects.toMatchObject(refused);
    await expect(files.exists(bad)).rejects.toMatchObject(refused);
    await expect(files.remove(bad)).rejects.toMatchObject(refused);
  });

  it('can be probed, which leaves nothing', async () => {
    await files.probe();
    expect(await subject.list()).toEqual([]);
  });
}
