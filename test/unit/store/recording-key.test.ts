import fc from 'fast-check';
import { keyParts, recordingKey } from '../../../store/files/recording-key';

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
