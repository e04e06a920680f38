import fc from 'fast-check';
import { isRecordingKey, keyParts, recordingKey } from '../../../store/files/recording-key';

const name = {
  tenant: 'acme',
  startedAt: new Date('2026-07-20T23:59:59.999Z'),
  masterContactId: '693159199085',
  segmentId: 'd5b1f3e0-0c1f-4b43-9d0a-3f6a3b7a1c11',
  extension: 'mp4',
};

describe('the key of a recording', () => {
  it('is made of ids and the UTC day', () => {
    expect(recordingKey(name)).toBe('acme/2026/07/20/693159199085/d5b1f3e0-0c1f-4b43-9d0a-3f6a3b7a1c11.mp4');
    expect(recordingKey({ ...name, segmentId: 'interaction-1' })).toMatch(/\/interaction-1\.mp4$/);
  });

  it.each([
    { tenant: '../acme' },
    { tenant: 'Acme' },
    { masterContactId: '1/2' },
    { masterContactId: '' },
    { segmentId: '..' },
    { segmentId: 'a/b' },
    { segmentId: 'a\0b' },
    { segmentId: `a${'b'.repeat(200)}` },
    { segmentId: 'a\n' },
    { extension: 'mp4/../../x' },
    { startedAt: new Date(Number.NaN) },
    { startedAt: new Date('+012026-01-01T00:00:00Z') },
  ])('refuses %j', (part) => {
    expect(() => recordingKey({ ...name, ...part })).toThrow(
      expect.objectContaining({ code: 'RecordingKeyRefused' }),
    );
  });

  it('never leaves the folder, whatever CXone calls a segment', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.constantFrom('..', '.', '/', '\\', '%2e%2e')), (segmentId) => {
        try {
          expect(keyParts(recordingKey({ ...name, segmentId }))).toHaveLength(6);
        } catch (error) {
          expect(error).toMatchObject({ code: 'RecordingKeyRefused' });
        }
      }),
    );
  });

  it.each(['', '/etc/passwd', 'a//b', 'a/../b', '.hidden', 'a/./b', 'a\\b', 'a/b.', 'a'.repeat(501)])(
    'is checked again where it is used: %s',
    (key) => {
      expect(() => keyParts(key)).toThrow(expect.objectContaining({ code: 'RecordingKeyRefused' }));
    },
  );
});

describe('a path found in a storage', () => {
  it.each(['acme/2026/07/20/1/s-1.mp4', 'acme/2026/07/20/693159199085/interaction-2.mp4.json'])(
    'is one of ours: %s',
    (path) => expect(isRecordingKey(path)).toBe(true),
  );

  it.each([
    '',
    'backups/database.tar',
    'Acme/2026/07/20/1/s.mp4',
    'acme/2026/07/20/s.mp4',
    'acme/2026/07/20/1/deeper/s.mp4',
    'acme/2026/07/20/1/.probe',
    'below/acme/2026/07/20/1/s.mp4',
  ])('is not one of ours: "%s"', (path) => expect(isRecordingKey(path)).toBe(false));

  it('may be a manifest, and nothing with more endings', () => {
    expect(keyParts('acme/2026/07/20/1/s.mp4.json')).toHaveLength(6);
    expect(() => keyParts('acme/2026/07/20/1/s.mp4.json.part')).toThrow(
      expect.objectContaining({ code: 'RecordingKeyRefused' }),
    );
  });
});
