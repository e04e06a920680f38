import fc from 'fast-check';
import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { createSealedFiles } from '../../../store/files/sealed-files';
import type { KeyRing, RecordingKey } from '../../../store/files/sealing/key-ring';
import { seal, sealedBytes } from '../../../store/files/sealing/seal';
import { unseal } from '../../../store/files/sealing/unseal';
import type { RecordingFiles } from '../../../store/files/recording-files';

const storageKey = 'acme/2026/07/20/1/s.mp4';
const november: RecordingKey = { id: '2026-11', key: randomBytes(32) };
const december: RecordingKey = { id: '2026-12', key: randomBytes(32) };
/** Small, so that short bodies have many chunks. */
const chunkBytes = 16;

async function* from(...parts: readonly Buffer[]): AsyncGenerator<Buffer> {
  for (const part of parts) yield part;
}

async function all(source: AsyncIterable<Buffer>): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of source) parts.push(part);
  return Buffer.concat(parts);
}

const sealed = (plain: Buffer, key = november) => all(seal(from(plain), key, storageKey, chunkBytes));
const opened = (file: Buffer, ring: KeyRing = [november], name = storageKey) =>
  all(unseal(from(file), ring, name));
const damaged = { code: 'RecordingDamaged', retryable: false };

/** A body cut into pieces in any way, empty ones too. */
const pieces = (most: number) =>
  fc.array(
    fc.uint8Array({ maxLength: most }).map((bytes) => Buffer.from(bytes)),
    { maxLength: 12 },
  );
/** Cuts a file at these places. */
function cut(file: Buffer, places: readonly number[]): Buffer[] {
  const edges = [0, ...places.map((place) => place % (file.length + 1)).sort((a, b) => a - b), file.length];
  return edges.slice(1).map((edge, n) => file.subarray(edges[n], edge));
}

describe('an encrypted recording', () => {
  it('comes back whole, however it was cut when written and when read', async () => {
    await fc.assert(
      fc.asyncProperty(pieces(40), fc.array(fc.nat(500), { maxLength: 9 }), async (body, places) => {
        const whole = Buffer.concat(body);
        const file = await all(seal(from(...body), november, storageKey, chunkBytes));
        expect(file.length).toBe(sealedBytes(whole.length, november, chunkBytes));
        expect(await all(unseal(from(...cut(file, places)), [november], storageKey))).toEqual(whole);
      }),
      { numRuns: 300 },
    );
  });

  it('of the usual chunk size comes back whole at and around its edges', async () => {
    for (const bytes of [0, 1, 65_535, 65_536, 65_537, 131_072, 200_001]) {
      const whole = randomBytes(bytes);
      const file = await all(seal(from(whole), november, storageKey));
      expect(file.length).toBe(sealedBytes(bytes, november));
      expect((await opened(file)).equals(whole)).toBe(true);
    }
  });

  it('shows nothing of what was said', async () => {
    const file = await sealed(Buffer.from('my account number is four two four two'));
    expect(file.toString('latin1')).not.toMatch(/account|number|four/);
    expect(file.includes(Buffer.from(november.key))).toBe(false);
  });

  it('is never written the same twice', async () => {
    const plain = Buffer.alloc(64, 7);
    expect((await sealed(plain)).equals(await sealed(plain))).toBe(false);
  });

  it('with any one bit flipped does not open, or has its magic gone and is no longer taken for one', async () => {
    const plain = randomBytes(50);
    const file = await sealed(plain);
    for (let bit = 0; bit < file.length * 8; bit += 1) {
      const bent = Buffer.from(file);
      bent.writeUInt8(bent.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      const outcome = await opened(bent).catch((error: unknown) => error);
      if (Buffer.isBuffer(outcome)) {
        // Without its magic it is a file of another kind, whose hash is not the row's.
        expect(bit >> 3).toBeLessThan(9);
        expect(outcome.equals(bent)).toBe(true);
      } else {
        expect((outcome as { code: string }).code).toMatch(/^Recording(Damaged|EncryptionKeyUnknown)$/);
      }
    }
  });

  it('cut short anywhere does not end well', async () => {
    const file = await sealed(randomBytes(70));
    for (let length = 1; length < file.length; length += 1) {
      await expect(opened(file.subarray(0, length))).rejects.toMatchObject(damaged);
    }
  });

  it('with chunks swapped, left out, doubled or put in from another file does not open', async () => {
    const bytes = chunkBytes + 16;
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ minLength: 49, maxLength: 200 }),
        fc.nat(),
        fc.nat(),
        fc.constantFrom('swap', 'drop', 'double', 'foreign'),
        async (plain, a, b, how) => {
          const file = await sealed(Buffer.from(plain));
          const other = await sealed(Buffer.from(plain));
          const start = file.length - (plain.length + 16 * Math.ceil(plain.length / chunkBytes));
          const chunks = cutEvery(file.subarray(start), bytes);
          const others = cutEvery(other.subarray(start), bytes);
          const [i, j] = [a % (chunks.length - 1), b % chunks.length];
          if (how === 'swap' && i !== j) [chunks[i], chunks[j]] = [chunks[j] as Buffer, chunks[i] as Buffer];
          else if (how === 'drop') chunks.splice(j, 1);
          else if (how === 'foreign') chunks[j] = others[j] as Buffer;
          else chunks.splice(j, 0, chunks[j] as Buffer);
          await expect(opened(Buffer.concat([file.subarray(0, start), ...chunks]))).rejects.toMatchObject(
            damaged,
          );
        },
      ),
      { numRuns: 200 },
    );
  });

  it('with anything added at its end does not open', async () => {
    const file = await sealed(randomBytes(32));
    for (const more of [1, 15, 16, 32, 33]) {
      await expect(opened(Buffer.concat([file, Buffer.alloc(more)]))).rejects.toMatchObject(damaged);
    }
  });

  it('under the name of another recording does not open', async () => {
    const file = await sealed(Buffer.from('audio'));
    await expect(opened(file, [november], 'acme/2026/07/20/2/s.mp4')).rejects.toMatchObject(damaged);
  });

  it('gives out nothing of a chunk that is not genuine', async () => {
    const file = await sealed(randomBytes(80));
    const last = file.length - 1;
    file.writeUInt8(file.readUInt8(last) ^ 1, last);
    const seen: Buffer[] = [];
    const reading = (async () => {
      for await (const part of unseal(from(file), [november], storageKey)) seen.push(part);
    })();
    await expect(reading).rejects.toMatchObject(damaged);
    expect(Buffer.concat(seen)).toHaveLength(64);
  });

  it('whose body breaks off while it is written passes that on, and has no end', async () => {
    const broken = new Error('socket hang up');
    async function* body(): AsyncGenerator<Buffer> {
      yield Buffer.alloc(40);
      throw broken;
    }
    const written: Buffer[] = [];
    const writing = (async () => {
      for await (const part of seal(body(), november, storageKey, chunkBytes)) written.push(part);
    })();
    await expect(writing).rejects.toBe(broken);
    await expect(opened(Buffer.concat(written))).rejects.toMatchObject(damaged);
  });
});

describe('the keys of a tenant', () => {
  /** Files in memory, with nothing of the rules of a storage. */
  function memory(): RecordingFiles & { readonly held: Map<string, Buffer> } {
    const held = new Map<string, Buffer>();
    return {
      held,
      kind: 'memory',
      check: async () => undefined,
      probe: async () => undefined,
      async save(key, body) {
        const content = await all(body);
        held.set(key, content);
        return { bytes: content.length, sha256: createHash('sha256').update(content).digest('hex') };
      },
      open: async (key) => Readable.from([held.get(key) ?? Buffer.alloc(0)]),
      exists: async (key) => held.has(key),
      remove: async (key) => void held.delete(key),
    };
  }
  const read = async (files: RecordingFiles, key = storageKey) =>
    (await all((await files.open(key)) as AsyncIterable<Buffer>)).toString();
  const save = (files: RecordingFiles, text = 'audio', key = storageKey) =>
    files.save(key, from(Buffer.from(text)), { maxBytes: 100 });

  it('encrypt with the first and give its id, with length and hash of what was said', async () => {
    const inner = memory();
    const saved = await save(createSealedFiles(inner, () => [december, november]));
    const stored = inner.held.get(storageKey) ?? Buffer.alloc(0);
    expect(saved).toEqual({
      bytes: 5,
      sha256: createHash('sha256').update('audio').digest('hex'),
      sealed: {
        bytes: stored.length,
        sha256: createHash('sha256').update(stored).digest('hex'),
        keyId: '2026-12',
      },
    });
    expect(stored.includes('2026-12')).toBe(true);
  });

  it('open old files after a new key came first, and do not when the old one is gone', async () => {
    const inner = memory();
    await save(createSealedFiles(inner, () => [november]));
    expect(await read(createSealedFiles(inner, () => [december, november]))).toBe('audio');
    for (const ring of [[december], []]) {
      await expect(read(createSealedFiles(inner, () => ring))).rejects.toMatchObject({
        code: 'RecordingEncryptionKeyUnknown',
        message: expect.stringContaining('"2026-11"'),
        remedy: expect.stringContaining('recordingKeys'),
      });
    }
  });

  it('of the same id and another content open nothing', async () => {
    const inner = memory();
    await save(createSealedFiles(inner, () => [november]));
    const wrong = createSealedFiles(inner, () => [{ id: november.id, key: december.key }]);
    await expect(read(wrong)).rejects.toMatchObject(damaged);
  });

  it('are those of the tenant in the storage key', async () => {
    const inner = memory();
    const files = createSealedFiles(inner, (tenant) => (tenant === 'acme' ? [november] : []));
    await save(files);
    await save(files, 'plain', 'other/2026/07/20/1/s.mp4');
    expect(inner.held.get('other/2026/07/20/1/s.mp4')?.toString()).toBe('plain');
    expect(inner.held.get(storageKey)?.toString()).not.toBe('audio');
  });

  it('leave files as they are that were stored before there were keys', async () => {
    const inner = memory();
    await save(
      createSealedFiles(inner, () => []),
      'CXSEAL begins mine, too',
    );
    expect(await read(createSealedFiles(inner, () => [november]))).toBe('CXSEAL begins mine, too');
  });
});

function cutEvery(file: Buffer, bytes: number): Buffer[] {
  const parts: Buffer[] = [];
  for (let at = 0; at < file.length; at += bytes) parts.push(file.subarray(at, at + bytes));
  return parts;
}
