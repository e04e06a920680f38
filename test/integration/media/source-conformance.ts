import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { TenantTuning } from '../../../activities/tenants';
import type { DownloadResult } from '../../../activities/types';
import type { FaultRule } from '../../../simulator';
import { openRecordingFiles } from '../../../store';
import { postgresServers } from '../../setup/servers';
import { hourMs, type MediaEnvironment, type MediaWorker, openMediaEnvironment } from './test-environment';

/** A way to choose the calls whose recordings are asked for, as a run uses it. */
export interface SourceUnderTest {
  readonly tuned: Partial<TenantTuning>;
  /** Lets the source know of a call's recordings, as CXone would report them. */
  know(environment: MediaEnvironment, masterContactId: number): Promise<void>;
  /** Fetches a call as a run does. */
  fetch(worker: MediaWorker, masterContactId: number, runId?: string): Promise<DownloadResult>;
}

const file = (name: FaultRule['name'], more: Partial<FaultRule> = {}): FaultRule => ({
  name,
  match: { family: 'file' },
  ...more,
});
const cut = file('mediaTruncated', { onCall: [1] });

/** What holds for recordings whichever way their calls are chosen. Call it inside a describe. */
export function describeRecordingSource(source: SourceUnderTest): void {
  let environment: MediaEnvironment;
  beforeAll(async () => {
    environment = await openMediaEnvironment(postgresServers()[0]);
  });
  beforeEach(() => setFaults());
  afterAll(() => environment?.close());

  const setFaults = (...faults: readonly FaultRule[]): void => {
    environment.simulator.setFaults(faults);
    environment.simulator.journal.clear();
  };
  const worker = (...[changes]: Parameters<MediaEnvironment['worker']>): MediaWorker =>
    environment.worker(changes, source.tuned);
  const nextCall = async () => {
    const call = await environment.nextCall();
    await source.know(environment, call.masterContactId);
    return call;
  };
  const playbackQueries = (): number => environment.simulator.journal.count({ family: 'media' });
  const rowsOf = (masterContactId: number) =>
    environment.store.recordings.known('acme', String(masterContactId));
  const filesOf = (masterContactId: number) =>
    [...environment.files()].filter(([path]) => path.includes(String(masterContactId)));

  it('a file is stored whole, with its row and its manifest, for one request', async () => {
    const call = await nextCall();
    const result = await source.fetch(worker(), call.masterContactId);
    expect(result).toEqual({ status: 'stored', files: 1, bytes: call.bytes });
    const rows = await rowsOf(call.masterContactId);
    const { segmentId } = call;
    expect(rows).toMatchObject([{ status: 'stored', segmentId, bytes: call.bytes, sha256: call.sha256 }]);
    const key = rows[0]?.storageKey ?? '';
    expect(filesOf(call.masterContactId)).toEqual([[key, { bytes: call.bytes, sha256: call.sha256 }]]);
    const manifest = JSON.parse(readFileSync(join(environment.folder, `${key}.json`), 'utf8')) as object;
    expect(manifest).toMatchObject({
      masterContactId: String(call.masterContactId),
      segmentId,
      sha256: call.sha256,
      contentType: 'video/mp4',
    });
    expect(playbackQueries()).toBe(1);
  });

  it('all files of a call are stored, and asked for once', async () => {
    const pair = await environment.nextPair();
    const [{ masterContactId }] = pair;
    await source.know(environment, masterContactId);
    await source.fetch(worker(), masterContactId);
    const rows = await rowsOf(masterContactId);
    expect(rows).toHaveLength(2);
    for (const { segmentId, sha256 } of pair) {
      expect(rows).toContainEqual(expect.objectContaining({ status: 'stored', segmentId, sha256 }));
    }
    const files = environment.simulator.journal.count({ family: 'file' });
    expect(await source.fetch(worker(), masterContactId)).toEqual({ status: 'stored', files: 0, bytes: 0 });
    expect([files, environment.simulator.journal.count({ family: 'file' })]).toEqual([2, 2]);
  });

  it.each<[string, FaultRule[]]>([
    ['cut off once', [cut]],
    ['replaced half-way', [cut, file('changedEtag', { onCall: [2] })]],
    ['of zero bytes once', [file('mediaEmpty', { onCall: [1] })]],
    ['a page of HTML once', [file('html200', { onCall: [1] })]],
    ['behind an expired link once', [file('expireUrls', { onCall: [1] })]],
    ['behind a link that expires half-way', [cut, file('expireUrls', { onCall: [2] })]],
  ])('a file that is %s is still stored whole', async (_what, faults) => {
    const call = await nextCall();
    setFaults(...faults);
    const result = await source.fetch(worker(), call.masterContactId);
    expect(result).toEqual({ status: 'stored', files: 1, bytes: call.bytes });
    const [stored, ...others] = filesOf(call.masterContactId);
    expect([stored?.[1], others]).toEqual([{ bytes: call.bytes, sha256: call.sha256 }, []]);
  });

  it('a file that stays bad is a failed row with its reason, and leaves nothing behind', async () => {
    const call = await nextCall();
    setFaults(file('html200'));
    expect(await source.fetch(worker(), call.masterContactId)).toMatchObject({ status: 'failed', files: 0 });
    expect(await rowsOf(call.masterContactId)).toMatchObject([
      { status: 'failed', lastErrorCode: 'MediaUnavailable', storageKey: null, segmentId: null },
    ]);
    expect(filesOf(call.masterContactId)).toEqual([]);
  });

  it('a young call without a recording is pending, and stored when that is there', async () => {
    const call = await nextCall();
    setFaults({ name: 'mediaLate', args: { seconds: 100 * 24 * 3_600 } });
    expect(await source.fetch(worker(), call.masterContactId)).toMatchObject({ status: 'pending' });
    const [row] = await rowsOf(call.masterContactId);
    expect(row?.nextAttemptAt?.getTime()).toBeGreaterThan(environment.now());
    setFaults();
    environment.forward(hourMs);
    expect(await source.fetch(worker(), call.masterContactId)).toMatchObject({ status: 'stored', files: 1 });
  });

  it('an old call without a recording is absent', async () => {
    const call = await nextCall();
    setFaults({ name: 'mediaLate', args: { seconds: 100 * 24 * 3_600 } });
    const tuned = { ...source.tuned, recordingGiveUpHours: 1 };
    expect(await source.fetch(environment.worker({}, tuned), call.masterContactId)).toMatchObject({
      status: 'absent',
    });
    expect(await rowsOf(call.masterContactId)).toMatchObject([{ status: 'absent', nextAttemptAt: null }]);
  });

  it('two runs at once fetch a call once', async () => {
    const call = await nextCall();
    setFaults({ name: 'slow', match: { family: 'file' }, args: { delayMs: 30 } });
    const results = await Promise.all(
      ['sweep', 'window'].map((run) => source.fetch(worker(), call.masterContactId, run)),
    );
    expect(results.reduce((sum, { files }) => sum + files, 0)).toBe(1);
    expect(environment.simulator.journal.count({ family: 'file' })).toBe(1);
    expect(playbackQueries()).toBe(1);
  });

  it('a missing permission for recordings stops the run, and leaves the call as it was', async () => {
    const call = await nextCall();
    setFaults({ name: 'forbidden', match: { family: 'media' } });
    await expect(source.fetch(worker(), call.masterContactId)).rejects.toMatchObject({
      code: 'MediaForbidden',
      kind: 'operator',
    });
    expect(await rowsOf(call.masterContactId)).toMatchObject([{ status: 'pending', attempts: 0 }]);
  });

  it('files lie encrypted where the tenant has keys, and their rows describe the audio', async () => {
    const call = await nextCall();
    const keysOf = () => [{ id: '2026-11', key: randomBytes(32) }];
    const files = openRecordingFiles({ url: pathToFileURL(environment.folder).href, keysOf });
    await source.fetch(worker({ files }), call.masterContactId);
    expect(await rowsOf(call.masterContactId)).toMatchObject([{ bytes: call.bytes, sha256: call.sha256 }]);
    const [stored] = filesOf(call.masterContactId);
    expect(stored?.[1].sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(stored?.[1].sha256).not.toBe(call.sha256);
  });

  it('no link or token of CXone is in the database', async () => {
    const tables = ['recording', 'interaction', 'quota'];
    const dumps = await Promise.all(
      tables.map((table) => environment.store.pool.query(`select t::text as line from cxone.${table} t`)),
    );
    const text = JSON.stringify(dumps.map(({ rows }) => rows as unknown));
    expect(text).not.toMatch(/X-Amz|https?:/);
    expect(environment.simulator.canaries.filter((canary) => text.includes(canary))).toEqual([]);
  });
}
