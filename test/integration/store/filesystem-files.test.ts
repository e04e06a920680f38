import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { toFileError } from '../../../store/files/errors';
import { openRecordingFiles } from '../../../store/files/open-recording-files';
import { postgresServers } from '../../setup/servers';
import { beginFile } from '../../../store/files/unfinished-files';
import { openTestEnvironment } from './test-environment';
import { describeRecordingFiles, waysToStore } from './files-conformance';
import { describeMounted } from './mounted-conformance';

/** Every file below a folder, by its path relative to it; none where there is no folder. */
const filesIn = (folder: string): string[] =>
  (existsSync(folder) ? readdirSync(folder, { recursive: true, withFileTypes: true }) : [])
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)));

const key = 'acme/2026/07/20/1/s.mp4';
async function* body(): AsyncGenerator<Buffer> {
  yield Buffer.from('x');
}

describe('recordings in a folder', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'cxone recordings '));
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));
  const open = (path = root) => openRecordingFiles(pathToFileURL(path).href);

  describe.each(waysToStore)('%s', (_, keys) =>
    describeRecordingFiles(() =>
      Promise.resolve({
        files: openRecordingFiles({ url: pathToFileURL(root).href, ...keys }),
        pathOf: (name) => Promise.resolve(join(root, name)),
        list: () => Promise.resolve(filesIn(root)),
        close: () => Promise.resolve(),
      }),
    ),
  );

  describe.each(postgresServers())('guarded by a database, on $label', (server) => {
    // An unmounted disk leaves its mount point; a folder of a disk leaves nothing.
    describe.each([
      ['nothing', () => {}],
      ['an empty folder', (folder: string) => mkdirSync(folder)],
    ])('with %s in its place while it is not mounted', (_, leave) =>
      describeMounted(
        () => server,
        () => {
          const folder = join(root, 'mount', 'recordings');
          const away = join(root, 'away');
          mkdirSync(join(root, 'mount'));
          return {
            storage: { url: pathToFileURL(folder).href },
            list: () => filesIn(folder).filter((path) => !path.startsWith('.incoming')),
            unmount() {
              if (existsSync(folder)) renameSync(folder, away);
              leave(folder);
            },
            mount() {
              rmSync(folder, { recursive: true, force: true });
              if (existsSync(away)) renameSync(away, folder);
            },
            remove: (name) => rmSync(join(folder, name)),
          };
        },
      ),
    );

    it('that is unmounted under a file is not written to, and the file is not called stored', async () => {
      const environment = await openTestEnvironment(server);
      try {
        const url = pathToFileURL(join(root, 'recordings')).href;
        const files = openRecordingFiles(url, environment.store.storage);
        await files.probe();
        await environment.query(
          `insert into cxone.recording (tenant, master_contact_id, segment_id, status, storage_key, bytes, sha256)
           values ('acme', 1, 's', 'stored', 'acme/2026/07/20/9/s.mp4', 5, repeat('0', 64))`,
        );
        async function* unmounting(): AsyncGenerator<Buffer> {
          yield Buffer.from('x');
          renameSync(join(root, 'recordings'), join(root, 'away'));
          yield Buffer.from('y');
        }
        await expect(files.save(key, unmounting(), { maxBytes: 10 })).rejects.toMatchObject({
          code: 'RecordingsNotMounted',
        });
        expect(existsSync(join(root, 'recordings'))).toBe(false);
        expect(filesIn(join(root, 'away'))).not.toContain(key);
      } finally {
        await environment.close();
      }
    });
  });

  it.each(['', '/'])(
    'that was there a moment ago is not made again (its address ends in "%s")',
    async (end) => {
      const folder = join(root, 'not', 'mounted');
      const files = openRecordingFiles(`${pathToFileURL(folder).href}${end}`);
      await expect(files.save(key, body(), { maxBytes: 10, intoStorage: true })).rejects.toMatchObject({
        code: 'RecordingMissing',
      });
      expect(existsSync(join(root, 'not'))).toBe(false);
    },
  );

  describe('files that killed processes have left unfinished', () => {
    const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000);
    function leave(name: string, minutes: number): string {
      const path = join(root, '.incoming', name);
      mkdirSync(join(root, '.incoming'), { recursive: true });
      writeFileSync(path, 'half');
      utimesSync(path, minutesAgo(minutes), minutesAgo(minutes));
      return path;
    }

    it('are removed with the next file once nothing can be writing them any more', async () => {
      const left = leave('11111111-0000-4000-8000-000000000000.part', 60);
      await open().save(key, body(), { maxBytes: 10 });
      expect(existsSync(left)).toBe(false);
      expect(filesIn(root)).toEqual([key]);
    });

    it('are distinguished from downloads of other processes that pause for a while', async () => {
      const live = leave('22222222-0000-4000-8000-000000000000.part', 12);
      await open().save(key, body(), { maxBytes: 10 });
      expect(existsSync(live)).toBe(true);
    });

    it('are never those this process is writing, whatever the clock of the file server', async () => {
      const unfinished = () => filesIn(root).filter((path) => path.startsWith('.incoming'));
      async function* slow(): AsyncGenerator<Buffer> {
        yield Buffer.from('x');
        for (const path of unfinished()) utimesSync(join(root, path), minutesAgo(600), minutesAgo(600));
        await open().save('acme/2026/07/20/2/s.mp4', body(), { maxBytes: 10 });
        expect(unfinished()).toHaveLength(1);
        yield Buffer.from('y');
      }
      await open().save(key, slow(), { maxBytes: 10 });
      expect(filesIn(root)).toContain(key);
    });

    it.each([-720, -12, 12, 720])(
      'are judged by the file server alone, whose clock is %i minutes off ours',
      async (offset) => {
        const old = leave('33333333-0000-4000-8000-000000000000.part', 60 - offset);
        const live = leave('44444444-0000-4000-8000-000000000000.part', 2 - offset);
        const folder = join(root, '.incoming');
        const server = serverWithClock(offset * 60_000);
        await (await beginFile(folder, { stampOf: server })).close();
        expect([existsSync(old), existsSync(live)]).toEqual([false, true]);
      },
    );

    it('keep their stamp fresh by the clock of the file server while they grow slowly', async () => {
      mkdirSync(join(root, '.incoming'));
      let elapsed = 0;
      const hourOff = 3_600_000;
      const draft = await beginFile(join(root, '.incoming'), {
        elapsed: () => elapsed,
        stampOf: serverWithClock(-hourOff),
      });
      const began = Date.now();
      elapsed = 20 * 60_000;
      await draft.touch();
      await draft.close();
      const { mtimeMs } = statSync(draft.path);
      expect(Math.abs(mtimeMs - (began - hourOff + elapsed))).toBeLessThan(60_000);
    });

    /** A file server whose clock is off by so much: what it says of the time of a file that it has just made. */
    function serverWithClock(offsetMs: number) {
      return async (): Promise<number> => Date.now() + offsetMs;
    }
  });

  it('makes its folders, and what it makes is for the owner alone', async () => {
    const folder = join(root, 'not', 'there', 'yet');
    await open(folder).save(key, body(), { maxBytes: 10 });
    expect(statSync(join(folder, key)).mode & 0o777).toBe(0o600);
    expect(statSync(join(folder, 'acme')).mode & 0o777).toBe(0o700);
  });

  it('says which folder cannot be written, and what to do', async () => {
    writeFileSync(join(root, 'file'), '');
    const below = join(root, 'file', 'below');
    const refused = {
      code: 'RecordingStorageRefused',
      message: expect.stringContaining(below),
      remedy: expect.stringContaining('RECORDINGS_URL'),
      retryable: false,
    };
    await expect(open(below).probe()).rejects.toMatchObject(refused);
    await expect(open(below).save(key, body(), { maxBytes: 10 })).rejects.toMatchObject(refused);
  });

  it.each([
    ['ENOSPC', 'RecordingStorageFull', false],
    ['EROFS', 'RecordingStorageRefused', false],
    ['EIO', 'RecordingStorageUnavailable', true],
    ['EMFILE', 'RecordingStorageUnavailable', true],
  ])('calls %s of the operating system %s', (code, expected, retryable) => {
    const error = Object.assign(new Error(`${code}: write '/x'`), { code, syscall: 'write' });
    expect(toFileError(error, root)).toMatchObject({ code: expected, retryable });
  });

  it.each(['/plain/path', 'file://host/share', 's3:/bucket', 'file:relative', 'file:///a%2Fb'])(
    'is not named by %s',
    (url) => {
      expect(() => openRecordingFiles(url)).toThrow(
        expect.objectContaining({ code: 'RecordingStorageRefused' }),
      );
    },
  );
});
