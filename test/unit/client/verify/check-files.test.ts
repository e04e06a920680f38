import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { checkFiles, type FileCheck, type FileProblem } from '../../../../client/verify/check-files';
import {
  type HeldFile,
  type Holdings,
  openRecordingFiles,
  RecordingFileError,
  type RecordingFiles,
} from '../../../../store';

let folder: string;
let files: RecordingFiles;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cxone-sync-files-'));
  files = openRecordingFiles(pathToFileURL(folder).href);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const span = {
  tenant: 'acme',
  from: new Date('2026-07-20T00:00:00Z'),
  to: new Date('2026-07-21T00:00:00Z'),
  filter: { skillIds: [], campaignIds: [], mediaTypeIds: [] },
};

/** A stored recording with its file. */
function recording(n: number, content = `recording ${n}`): HeldFile {
  const storageKey = `acme/2026/07/20/${n}/s1.mp4`;
  const path = join(folder, storageKey);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  const sha256 = createHash('sha256').update(content).digest('hex');
  return {
    masterContactId: String(n),
    segmentId: 's1',
    storageKey,
    bytes: Buffer.byteLength(content),
    sha256,
  };
}

const pathOf = ({ storageKey }: HeldFile) => join(folder, storageKey);

/** Checks these rows; answers the findings and every problem as it was reported. */
async function check(rows: readonly HeldFile[], change: Partial<FileCheck> = {}) {
  const problems: [string, FileProblem][] = [];
  const holdings = {
    files: async (_span: unknown, _since: unknown, after: HeldFile | null, limit: number) => {
      const start =
        after === null ? 0 : rows.findIndex(({ storageKey }) => storageKey === after.storageKey) + 1;
      return rows.slice(start, start + limit);
    },
  } as unknown as Holdings;
  const found = await checkFiles({
    holdings,
    files,
    span,
    since: span.from,
    onProblem: async ({ masterContactId }, problem) => void problems.push([masterContactId, problem]),
    ...change,
  });
  return { found, problems };
}

describe('stored recordings read again', () => {
  it('are whole when length and hash are those of their rows', async () => {
    const rows = [recording(1), recording(2, ''), recording(3, 'x'.repeat(300_000))];
    const { found, problems } = await check(rows);
    expect(found).toEqual({ checked: 3, bytes: 11 + 0 + 300_000, missing: 0, changed: 0 });
    expect(problems).toEqual([]);
  });

  it('are distinguished: gone, shorter, changed, or a folder in their place', async () => {
    const rows = [1, 2, 3, 4, 5].map((n) => recording(n));
    const [gone, shorter, changed, replaced] = rows as [HeldFile, HeldFile, HeldFile, HeldFile];
    rmSync(pathOf(gone));
    writeFileSync(pathOf(shorter), 'rec');
    writeFileSync(pathOf(changed), 'recordinG 3');
    rmSync(pathOf(replaced));
    mkdirSync(pathOf(replaced));
    const outcome = await check(rows).catch((error: unknown) => error);
    // A folder cannot be read like a file: that is a fault of the storage, and no recording is marked.
    expect(outcome).toMatchObject({ status: 3, code: 'RecordingStorageUnavailable' });
    rmSync(pathOf(replaced), { recursive: true });
    const { found, problems } = await check(rows);
    expect(found).toMatchObject({ checked: 5, missing: 2, changed: 2 });
    expect(problems.toSorted(([a], [b]) => Number(a) - Number(b))).toEqual([
      ['1', 'missing'],
      ['2', 'changed'],
      ['3', 'changed'],
      ['4', 'missing'],
    ]);
  });

  it('with a key that cannot be one have changed', async () => {
    const { found } = await check([{ ...recording(1), storageKey: '../../etc/passwd' }]);
    expect(found).toMatchObject({ changed: 1 });
  });

  it('are read beyond the first batch, and a few at a time', async () => {
    const rows = Array.from({ length: 1_050 }, (_, n) => recording(n + 1));
    rmSync(pathOf(rows.at(-1) as HeldFile));
    let open = 0;
    let most = 0;
    const counting: RecordingFiles = {
      ...files,
      async open(key) {
        most = Math.max(most, (open += 1));
        const stream = await files.open(key);
        stream.once('close', () => (open -= 1));
        return stream;
      },
    };
    const progress: number[] = [];
    const { found } = await check(rows, { files: counting, onProgress: (n) => progress.push(n) });
    expect(found).toMatchObject({ checked: 1_050, missing: 1 });
    expect(most).toBeGreaterThan(1);
    expect(most).toBeLessThanOrEqual(16);
    expect(progress.at(-1)).toBe(1_050);
  });

  it('stop at once, with nothing set back, when it is their storage that is missing', async () => {
    const gone = new RecordingFileError('RecordingsNotMounted', 'It is not there', 'Mount it.');
    const problems: unknown[] = [];
    await expect(
      check([recording(1), recording(2)], {
        files: { ...files, open: () => Promise.reject(gone) },
        onProblem: async (file) => void problems.push(file),
      }),
    ).rejects.toBe(gone);
    expect(problems).toEqual([]);
  });

  it('are none when there are none', async () => {
    expect((await check([])).found).toEqual({ checked: 0, bytes: 0, missing: 0, changed: 0 });
  });
});
