import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createOutput } from '../../../../client/command/output';
import { decryptCall } from '../../../../client/recordings/decrypt';
import { openRecordingFiles, type RecordingFiles, type RecordingRow } from '../../../../store';
import { captureOutput, type Captured } from '../captured';

const ring = [{ id: '2026-11', key: Buffer.alloc(32, 5) }];
let root: string;
let out: string;
let files: RecordingFiles;
let seen: Captured;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'cxone-sync-decrypt-'));
  out = join(root, 'made', 'out');
  files = openRecordingFiles({ url: pathToFileURL(join(root, 'store')).href, keysOf: () => ring });
  process.stderr.isTTY ??= false;
  seen = captureOutput();
});
afterEach(() => {
  jest.restoreAllMocks();
  rmSync(root, { recursive: true, force: true });
});

const keyOf = (segmentId: string) => `acme/2026/07/20/900/${segmentId}.mp4`;
const pathOf = (segmentId: string) => join(root, 'store', keyOf(segmentId));

async function stored(segmentId: string, text: string): Promise<RecordingRow> {
  async function* body(): AsyncGenerator<Buffer> {
    yield Buffer.from(text);
  }
  const { bytes, sha256 } = await files.save(keyOf(segmentId), body(), { maxBytes: 1_000 });
  return row(segmentId, { bytes, sha256 });
}

function row(segmentId: string | null, changes: Partial<RecordingRow> = {}): RecordingRow {
  return {
    masterContactId: '900',
    segmentId,
    status: 'stored',
    storageKey: segmentId && keyOf(segmentId),
    bytes: 1,
    sha256: createHash('sha256').update('x').digest('hex'),
    mediaType: null,
    attempts: 1,
    nextAttemptAt: null,
    lastErrorCode: null,
    ...changes,
  };
}

const decrypt = (rows: readonly RecordingRow[], from: Pick<RecordingFiles, 'open'> = files, json = false) =>
  decryptCall(
    { known: async () => [...rows] },
    from,
    { tenant: 'acme', masterContactId: '900', out },
    createOutput({ json }),
  );

describe('recordings of a call, decrypted', () => {
  it('are plain files for the owner alone, named by call and segment', async () => {
    const rows = [
      await stored('s1', 'hello'),
      await stored('s2', 'good bye'),
      row('s3', { status: 'pending' }),
    ];
    expect(readFileSync(pathOf('s1')).includes('hello')).toBe(false);
    await decrypt(rows);
    expect(readdirSync(out).sort()).toEqual(['900-s1.mp4', '900-s2.mp4']);
    expect(readFileSync(join(out, '900-s2.mp4'), 'utf8')).toBe('good bye');
    expect(statSync(join(out, '900-s1.mp4')).mode & 0o777).toBe(0o600);
    expect(seen.out()).toContain(join(out, '900-s1.mp4'));
    expect(seen.err()).toContain('personal data');
  });

  it('are given in one document for programs', async () => {
    await decrypt([await stored('s1', 'hello')], files, true);
    expect(JSON.parse(seen.out())).toEqual({
      ok: true,
      tenant: 'acme',
      masterContactId: '900',
      recordings: [{ segmentId: 's1', file: join(out, '900-s1.mp4') }],
    });
  });

  it('of which some are gone, damaged or not those of their rows leave the others written', async () => {
    const rows = [
      await stored('gone', 'a'),
      await stored('damaged', 'b'),
      { ...(await stored('other', 'c')), sha256: 'ab'.repeat(32) },
      await stored('whole', 'd'),
    ];
    rmSync(pathOf('gone'));
    const bent = readFileSync(pathOf('damaged'));
    bent.writeUInt8(bent.readUInt8(bent.length - 1) ^ 1, bent.length - 1);
    writeFileSync(pathOf('damaged'), bent);
    await expect(decrypt(rows)).rejects.toMatchObject({ status: 4, code: 'RecordingDamaged' });
    expect(readdirSync(out)).toEqual(['900-whole.mp4']);
    expect(seen.out()).toMatch(/gone {2}RecordingMissing/);
    expect(seen.out()).toMatch(/damaged {2}RecordingDamaged/);
    expect(seen.out()).toMatch(/other {2}RecordingChanged/);
  });

  it('stop at a key that is missing, with nothing half-written', async () => {
    const rows = [await stored('s1', 'hello')];
    const keyless = openRecordingFiles(pathToFileURL(join(root, 'store')).href);
    await expect(decrypt(rows, keyless)).rejects.toMatchObject({ code: 'RecordingEncryptionKeyUnknown' });
    expect(readdirSync(out)).toEqual([]);
  });

  it('are none where none is stored, and then nothing is made', async () => {
    await expect(decrypt([row(null, { status: 'pending' })])).rejects.toMatchObject({
      status: 4,
      code: 'RecordingMissing',
    });
    expect(existsSync(out)).toBe(false);
  });

  it('cannot be written to a folder that is a file', async () => {
    writeFileSync(join(root, 'made'), '');
    await expect(decrypt([await stored('s1', 'hello')])).rejects.toMatchObject({
      status: 2,
      message: expect.stringContaining('--out'),
    });
  });
});
