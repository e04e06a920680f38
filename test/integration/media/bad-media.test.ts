import type { FaultRule } from '../../../simulator';
import { postgresServers } from '../../setup/servers';
import { hourMs, type MediaEnvironment, openMediaEnvironment } from './test-environment';

let environment: MediaEnvironment;
beforeAll(async () => {
  environment = await openMediaEnvironment(postgresServers()[0]);
});
afterEach(() => environment.simulator.setFaults([]));
afterAll(() => environment?.close());

const file = (name: FaultRule['name'], more: Partial<FaultRule> = {}): FaultRule => ({
  name,
  match: { family: 'file' },
  ...more,
});
const cut = file('mediaTruncated', { onCall: [1] });

describe('a bad recording that gets better', () => {
  it.each<[string, number, FaultRule[]]>([
    ['cut off once', 1, [cut]],
    ['cut off three times', 1, [file('mediaTruncated', { onCall: [1, 2, 3] })]],
    ['cut off, from a host that ignores Range', 1, [cut, file('rangeIgnored')]],
    ['replaced half-way', 1, [cut, file('changedEtag', { onCall: [2] })]],
    ['of zero bytes once', 2, [file('mediaEmpty', { onCall: [1] })]],
    ['announced too long once', 1, [file('wrongLength', { onCall: [1], args: { bytes: 10 } })]],
    ['a page of HTML once', 2, [file('html200', { onCall: [1] })]],
    ['behind an expired link once', 2, [file('expireUrls', { onCall: [1] })]],
    ['behind a link that expires half-way', 2, [cut, file('expireUrls', { onCall: [2] })]],
    ['on a host that is away for a moment', 1, [cut, file('status', { onCall: [2], args: { status: 503 } })]],
    ['sent in small pieces', 1, [file('slowBody', { args: { chunkBytes: 4_096, delayMs: 1 } })]],
  ])('%s: stored whole with %i playback queries', async (_name, playbackQueries, faults) => {
    const call = await environment.nextCall();
    environment.simulator.setFaults(faults);
    environment.simulator.journal.clear();
    const result = await environment.worker().fetch(call.masterContactId);
    expect(result).toEqual({ status: 'stored', files: 1, bytes: call.bytes });
    expect(await environment.row(call.masterContactId)).toMatchObject({
      status: 'stored',
      segmentId: call.segmentId,
      bytes: call.bytes,
      sha256: call.sha256,
    });
    const stored = [...environment.files()].filter(([path]) => path.includes(String(call.masterContactId)));
    expect(stored.map(([, content]) => content)).toEqual([{ bytes: call.bytes, sha256: call.sha256 }]);
    expect(environment.simulator.journal.count({ family: 'media' })).toBe(playbackQueries);
  });
});

describe('a bad recording that stays bad', () => {
  it.each<[string, string, FaultRule[]]>([
    ['cut off', 'MediaIncomplete', [file('mediaTruncated')]],
    ['zero bytes', 'MediaIncomplete', [file('mediaEmpty')]],
    ['announced too long', 'MediaChanged', [file('wrongLength', { args: { bytes: 10 } })]],
    ['a page of HTML', 'MediaUnavailable', [file('html200')]],
    [
      'JSON',
      'MediaUnavailable',
      [file('status', { args: { status: 200, body: '{"message":"no recording"}' } })],
    ],
    ['redirected without end', 'MediaUnavailable', [file('redirect')]],
    ['gone from its host', 'MediaUnavailable', [file('status', { args: { status: 404 } })]],
    ['behind links that never work', 'MediaLinkExpired', [file('expireUrls')]],
  ])('%s: %s', async (_name, code, faults) => {
    const [call, next] = [await environment.nextCall(), await environment.nextCall()];
    const path = `/${call.masterContactId}/`;
    environment.simulator.setFaults(faults.map((rule) => ({ ...rule, match: { family: 'file', path } })));
    const worker = environment.worker();
    expect(await worker.fetch(call.masterContactId)).toEqual({ status: 'failed', files: 0, bytes: 0 });
    const row = await environment.row(call.masterContactId);
    expect(row).toMatchObject({ status: 'failed', lastErrorCode: code, storageKey: null });
    expect(row?.nextAttemptAt?.getTime()).toBeGreaterThan(environment.now());
    const left = [...environment.files().keys()].filter(
      (name) => name.includes(String(call.masterContactId)) || name.endsWith('.part'),
    );
    expect(left).toEqual([]);
    // It does not stand in the way of other recordings.
    expect(await worker.fetch(next.masterContactId)).toMatchObject({ status: 'stored', bytes: next.bytes });
  });

  it('that leads to an address inside is refused, for a person to judge', async () => {
    const call = await environment.nextCall();
    const location = 'http://169.254.169.254/latest/meta-data';
    environment.simulator.setFaults([file('redirect', { args: { location } })]);
    await expect(environment.worker().fetch(call.masterContactId)).rejects.toMatchObject({
      code: 'MediaHostRefused',
      kind: 'operator',
    });
    expect(await environment.row(call.masterContactId)).toMatchObject({ status: 'pending', attempts: 0 });
  });

  it('is tried again by a sweep after its pause, and stored when it is whole by then', async () => {
    const call = await environment.nextCall();
    environment.simulator.setFaults([file('mediaEmpty')]);
    const worker = environment.worker();
    await worker.fetch(call.masterContactId);
    environment.simulator.setFaults([]);
    const due = () => environment.store.recordings.dueOfTenant('acme', 1_000, new Date(environment.now()));
    expect(await due()).not.toContain(String(call.masterContactId));
    environment.forward(hourMs + 1);
    expect(await due()).toContain(String(call.masterContactId));
    expect(await worker.fetch(call.masterContactId)).toMatchObject({ status: 'stored' });
  });
});

describe('a recording of a young call', () => {
  it('is pending while it is not there, and stored when it is', async () => {
    const call = await environment.nextCall();
    const worker = environment.worker();
    environment.simulator.setFaults([{ name: 'mediaMissing', match: { family: 'media' }, times: 2 }]);
    environment.simulator.journal.clear();
    const seen: string[] = [];
    for (const minutes of [0, 5, 15]) {
      environment.forward(minutes * 60_000 + 1);
      seen.push((await worker.fetch(call.masterContactId)).status);
      // Before it is due, CXone is not asked.
      await worker.fetch(call.masterContactId);
    }
    expect(seen).toEqual(['pending', 'pending', 'stored']);
    expect(environment.simulator.journal.count({ family: 'media' })).toBe(3);
    expect(await environment.row(call.masterContactId)).toMatchObject({
      status: 'stored',
      lastErrorCode: null,
    });
  });

  it('is absent once it is too old, which is no failure', async () => {
    const call = await environment.nextCall();
    environment.simulator.setFaults([{ name: 'mediaMissing', match: { family: 'media' } }]);
    const worker = environment.worker({}, { recordingGiveUpHours: 5 });
    expect(await worker.fetch(call.masterContactId)).toMatchObject({ status: 'absent' });
    expect(await environment.row(call.masterContactId)).toMatchObject({
      status: 'absent',
      nextAttemptAt: null,
    });
  });
});

describe('what the playback query returned', () => {
  it('is in the table, and took no request of its own', async () => {
    const call = await environment.nextCall();
    environment.simulator.journal.clear();
    await environment.worker().fetch(call.masterContactId);
    const { rows } = await environment.store.pool.query(
      'select * from cxone.interaction where master_contact_id = $1',
      [call.masterContactId],
    );
    expect(rows).toMatchObject([
      {
        segment_id: call.segmentId,
        kind: 'call',
        has_file: true,
        segments: [{ segmentId: call.segmentId, openReasonType: 'CONTACT' }],
        sentiments: [{ overallSentiment: expect.stringMatching(/^[A-Z]+$/) }],
      },
    ]);
    expect(JSON.stringify(rows)).not.toMatch(/X-Amz|https?:/);
    expect(environment.simulator.journal.entries({}).filter(({ family }) => family === 'media')).toHaveLength(
      1,
    );
    expect(environment.simulator.canaries.some((canary) => JSON.stringify(rows).includes(canary))).toBe(
      false,
    );
  });

  it('is empty where the permission for it is missing', async () => {
    const call = await environment.nextCall();
    environment.simulator.setFaults([{ name: 'sentimentsWithheld', match: { family: 'media' } }]);
    await environment.worker().fetch(call.masterContactId);
    const { rows } = await environment.store.pool.query(
      'select sentiments, categories from cxone.interaction where master_contact_id = $1',
      [call.masterContactId],
    );
    expect(rows).toEqual([{ sentiments: [], categories: [] }]);
  });
});
