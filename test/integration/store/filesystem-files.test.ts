import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { toFileError } from '../../../store/files/errors';
import { openRecordingFiles } from '../../../store/files/recording-files';
import { describeRecordingFiles, waysToStore } from './files-conformance';

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
        list: () =>
          Promise.resolve(
            readdirSync(root, { recursive: true, withFileTypes: true })
              .filter((entry) => entry.isFile())
              .map((entry) => relative(root, join(entry.parentPath, entry.name))),
          ),
        close: () => Promise.resolve(),
      }),
    ),
  );

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
