import type { Batch, ColumnValue, Dataset, Row } from '../../../../store/ingest/batch';
import type { ExtractionJob } from '../../../../store/extraction/types';
import { postgresServers } from '../../../setup/servers';
import { batch, openTestEnvironment, type TestEnvironment } from '../test-environment';

const someone = { workflowId: 'extract:acme', runId: 'run-1' };
const someoneElse = { workflowId: 'extract:acme:2', runId: 'run-2' };
const terms = { leaseSeconds: 600, secondsApart: 0 };
const day = '2026-11-01';

const segment = (n: number, values: Readonly<Record<string, ColumnValue>> = {}): Row => ({
  values: { segmentId: `s-${n}`, acdCallId: 100 + n, startDate: '2026-11-01T10:00:00.000Z', ...values },
  extra: null,
});
const evaluation = (n: number, values: Readonly<Record<string, ColumnValue>> = {}): Row => ({
  values: {
    evaluationId: `w-${n}/`,
    workflowId: `w-${n}`,
    lastUpdated: '2026-11-02T00:00:00.000Z',
    ...values,
  },
  extra: null,
});

describe.each(postgresServers())('extracted days on $label', (server) => {
  let environment: TestEnvironment;
  let jobs = 0;
  beforeAll(async () => {
    environment = await openTestEnvironment(server);
  });
  afterEach(() => environment.empty());
  afterAll(() => environment.close());

  /** Has a job of its own for a day, requested now by default. */
  async function begin(more: Partial<ExtractionJob> = {}, askedAt?: Date): Promise<ExtractionJob> {
    const job = {
      tenant: 'acme',
      dataset: 'interaction-metadata' as Dataset,
      day,
      claimant: someone,
      jobId: `job-${(jobs += 1)}`,
      ...more,
    };
    const turn = await environment.store.extractionSlots.claim(job.tenant, job.claimant, terms, someone);
    if (turn.status !== 'granted') throw new Error(`the turn is ${turn.status}`);
    await environment.store.extractions.begin(job, askedAt ?? turn.askedAt);
    await environment.store.extractions.startOver(job);
    return job;
  }
  const persist = (job: ExtractionJob, rows: readonly Row[], more: Partial<Batch> = {}) =>
    environment.store.extractions.persist(job, batch(rows, more), 600);
  const finish = (job: ExtractionJob, records: number, rejected = 0) =>
    environment.store.extractions.finish(job, { records, rejected }, 30);
  /** Reads a whole day in one part. */
  async function load(rows: readonly Row[], more: Partial<ExtractionJob> = {}, askedAt?: Date) {
    const job = await begin(more, askedAt);
    await persist(job, rows);
    return finish(job, rows.length);
  }
  const stored = () =>
    environment.query<{ segment_id: string; disposition: string | null; absent: boolean; synced_at: Date }>(
      `select segment_id, disposition, absent_since is not null as absent, synced_at
       from cxone.interaction_metadata order by segment_id`,
    );
  const absent = async () => (await stored()).filter((row) => row.absent).map((row) => row.segment_id);

  it('are counted: new, changed, unchanged', async () => {
    expect(await load([segment(1), segment(2), segment(3)])).toMatchObject({
      status: 'complete',
      attempt: 1,
      records: 3,
      inserted: 3,
      updated: 0,
      unchanged: 0,
    });
    const before = await stored();
    expect(
      await load([segment(1), segment(2, { disposition: 'sold' }), segment(3), segment(4)]),
    ).toMatchObject({
      attempt: 2,
      records: 4,
      inserted: 1,
      updated: 1,
      unchanged: 2,
    });
    const after = await stored();
    // An unchanged row is not written again, although it was read by a later job.
    expect(after[0]?.synced_at).toEqual(before[0]?.synced_at);
    expect(after[1]).toMatchObject({ disposition: 'sold' });
    expect(after[1]?.synced_at.getTime()).toBeGreaterThan(before[1]?.synced_at.getTime() ?? Infinity);
  });

  it('are counted once, however often their file is begun', async () => {
    const job = await begin();
    await persist(job, [segment(1), segment(2)]);
    await environment.store.extractions.startOver(job);
    await persist(job, [segment(1), segment(2)]);
    await persist(job, [segment(3)]);
    expect(await finish(job, 3)).toMatchObject({ inserted: 3, updated: 0, unchanged: 0 });
  });

  it('never go back to what an older job says', async () => {
    await load([segment(1, { disposition: 'new' })], {}, new Date('2026-11-20T00:00:00Z'));
    await load([segment(1, { disposition: 'old' })], {}, new Date('2026-11-19T00:00:00Z'));
    expect(await stored()).toMatchObject([{ disposition: 'new' }]);
    await load([segment(1, { disposition: 'newest' })], {}, new Date('2026-11-21T00:00:00Z'));
    expect(await stored()).toMatchObject([{ disposition: 'newest' }]);
  });

  it('take an evaluation that was changed later, and leave one that was not', async () => {
    const dataset = 'evaluations';
    await load([evaluation(1, { score: 1 }), evaluation(2, { score: 2 })], { dataset });
    const late = { lastUpdated: '2026-11-03T00:00:00.000Z', score: 8 };
    const early = { lastUpdated: '2026-11-01T00:00:00.000Z', score: 9 };
    expect(await load([evaluation(1, late), evaluation(2, early)], { dataset })).toMatchObject({
      updated: 1,
      unchanged: 1,
    });
    expect(await environment.query('select score from cxone.evaluation order by evaluation_id')).toEqual([
      { score: 8 },
      { score: 2 },
    ]);
  });

  it('are complete when their job was asked for half an hour after their end, by the database’s clock', async () => {
    const just = new Date('2026-11-02T00:30:00Z');
    const rows = [segment(1)];
    expect(await load(rows, {}, new Date(just.getTime() - 1))).toMatchObject({
      status: 'unfinished',
      completeAt: null,
    });
    expect(
      await environment.store.extractions.completeDays('acme', 'interaction-metadata', day, '2026-11-09'),
    ).toEqual([]);
    expect(await load(rows, {}, just)).toMatchObject({ status: 'complete', completeAt: expect.any(Date) });
    expect(
      await environment.store.extractions.completeDays('acme', 'interaction-metadata', day, '2026-11-09'),
    ).toEqual([day]);
    expect(
      await environment.store.extractions.completeDays('acme', 'evaluations', day, '2026-11-09'),
    ).toEqual([]);
  });

  it('that were complete stay so when a later reading fails', async () => {
    await load([segment(1)]);
    const job = await begin();
    await environment.store.extractions.close(job, someone, 'failed', 'ExtractionForbidden');
    expect(await environment.store.extractions.find(job)).toMatchObject({
      status: 'failed',
      errorCode: 'ExtractionForbidden',
      completeAt: expect.any(Date),
    });
    expect(
      await environment.store.extractions.completeDays('acme', 'interaction-metadata', day, '2026-11-02'),
    ).toEqual([day]);
  });

  it('that are loaded stay so when their run is cancelled at that moment', async () => {
    const { tenant, dataset } = await load([segment(1)]);
    await environment.store.extractions.close({ tenant, dataset, day }, someone, 'failed', 'Cancelled');
    expect(await environment.store.extractions.find({ tenant, dataset, day })).toMatchObject({
      status: 'complete',
      errorCode: null,
    });
    await environment.store.extractions.close(
      { tenant, dataset, day },
      someoneElse,
      'failed',
      'ExtractionForbidden',
    );
    // A run that fails before it has a job has read nothing of the day.
    expect(await environment.store.extractions.find({ tenant, dataset, day })).toMatchObject({
      status: 'complete',
      errorCode: null,
    });
  });

  it('that failed before a job was made have a line as well; another run’s line is left alone', async () => {
    const key = { tenant: 'acme', dataset: 'evaluations', day } as const;
    await environment.store.extractions.close(key, someone, 'failed', 'ExtractionForbidden');
    expect(await environment.store.extractions.find(key)).toMatchObject({ status: 'failed', jobId: null });
    await begin({ dataset: 'evaluations' });
    await environment.store.extractions.close(key, someoneElse, 'failed', 'Cancelled');
    expect(await environment.store.extractions.find(key)).toMatchObject({
      status: 'running',
      errorCode: null,
    });
  });

  describe('what a day’s file no longer holds', () => {
    it('is marked absent, and no more once it is back', async () => {
      await load([segment(1), segment(2)]);
      expect(await load([segment(1)])).toMatchObject({ absent: 1 });
      expect(await absent()).toEqual(['s-2']);
      expect(await load([segment(1), segment(2)])).toMatchObject({ absent: 0, updated: 1 });
      expect(await absent()).toEqual([]);
    });

    it('is not marked when it came by another day’s file', async () => {
      await load([segment(1)]);
      await load([segment(2)], { day: '2026-11-02' });
      await load([], { day: '2026-11-02' });
      expect(await absent()).toEqual(['s-2']);
    });

    it('is not marked when a record of the file was rejected: it may be that one', async () => {
      await load([segment(1), segment(2)]);
      const job = await begin();
      await persist(job, [segment(1)], { rejected: [{ reason: 'startDate is no instant', raw: '{"a":1}' }] });
      expect(await finish(job, 2, 1)).toMatchObject({ rejected: 1, absent: 0 });
      expect(await absent()).toEqual([]);
    });
  });

  it('keep a record that PostgreSQL will not take, and store the others', async () => {
    const job = await begin();
    const rows = [segment(1), segment(2, { agentId: 10n ** 30n }), segment(3)];
    expect(await persist(job, rows)).toMatchObject({ inserted: 2, rejected: 1 });
    const [kept] = await environment.query('select kind, raw, page_id from cxone.rejected_record');
    expect(kept).toMatchObject({ kind: 'interaction-metadata', page_id: null });
    expect(JSON.parse(String(kept?.['raw']))).toMatchObject({ segmentId: 's-2' });
  });

  it('write nothing any more once another run has the turn, or the day another job', async () => {
    const old = await begin();
    await environment.store.extractionSlots.claim('acme', someoneElse, terms, someone);
    await expect(persist(old, [segment(1)])).rejects.toMatchObject({ code: 'ExtractionNotHeld' });
    await expect(finish(old, 0)).rejects.toMatchObject({ code: 'ExtractionNotHeld' });
    await environment.store.extractionSlots.release('acme', someoneElse);
    const replaced = await begin();
    await begin();
    await expect(persist(replaced, [segment(1)])).rejects.toMatchObject({ code: 'ExtractionNotHeld' });
    expect(await stored()).toEqual([]);
  });

  it('give the turn back when they are loaded', async () => {
    await load([segment(1)]);
    expect(await environment.store.extractionSlots.claim('acme', someoneElse, terms)).toMatchObject({
      status: 'granted',
    });
  });

  it('let a rejected record in again that was seen after the row that stands there', async () => {
    await load([segment(1, { disposition: 'stands' })], {}, new Date('2026-11-20T00:00:00Z'));
    const job = await begin({}, new Date('2026-11-21T00:00:00Z'));
    await persist(job, [], { rejected: [{ reason: 'bad', raw: '{"segmentId":"s-1"}' }] });
    await finish(job, 1, 1);
    const [kept] = await environment.query<{ hash: string }>(
      'select content_hash as hash from cxone.rejected_record',
    );
    const { values, extra } = segment(1, { disposition: 'replayed' });
    expect(
      await environment.store.rejected.replay(
        'acme',
        'interaction-metadata',
        [{ hash: kept?.hash ?? '', ok: true, row: { values, extra }, drift: [] }],
        { recordings: false },
      ),
    ).toMatchObject({ replayed: 1, updated: 1 });
    expect(await stored()).toMatchObject([{ disposition: 'replayed' }]);
  });
});
