import { createExtractionActivities } from '../../../../activities/extraction/extraction';
import type { ExtractionJobRef } from '../../../../activities/extraction/types';
import {
  type CxoneClient,
  CxoneError,
  type ExtractionJob,
  type ExtractionJobRequest,
} from '../../../../cxone';
import type { CxoneErrorCode } from '../../../../errors';
import {
  type Batch,
  type ExtractionRow,
  type Extractions,
  type ExtractionSlots,
  type SlotClaim,
  StoreError,
} from '../../../../store';
import { acme, fakeStore, run } from '../fakes';

const claimant = { workflowId: 'extract:acme:evaluations:2026-11-01', runId: 'run-1' };
const other = { workflowId: 'extract:acme:interaction-metadata:2026-11-01', runId: 'run-9' };
const input = { tenant: 'acme', dataset: 'evaluations' as const, day: '2026-11-01', claimant };
const job: ExtractionJobRef = { ...input, jobId: 'job-1' };
const askedAt = new Date('2026-11-25T12:00:00.000Z');
const granted = (lastJobAt: Date | null = null): SlotClaim => ({ status: 'granted', askedAt, lastJobAt });
const refusal = (code: CxoneErrorCode, retryAfterMs?: number) =>
  new CxoneError(code, `${code} happened.`, { retryAfterMs });
const notHeld = new StoreError('ExtractionNotHeld', 'not held', '');

const line: ExtractionRow = {
  tenant: 'acme',
  dataset: 'evaluations',
  day: '2026-11-01',
  status: 'complete',
  attempt: 1,
  jobId: 'job-1',
  records: 3,
  inserted: 2,
  updated: 1,
  unchanged: 0,
  rejected: 0,
  absent: 0,
  errorCode: null,
  startedAt: askedAt,
  closedAt: askedAt,
  completeAt: askedAt,
};

interface Given {
  readonly claims?: readonly SlotClaim[];
  readonly holderRuns?: boolean;
  readonly extraction?: Partial<CxoneClient['extraction']>;
  readonly slots?: Partial<ExtractionSlots>;
  readonly extractions?: Partial<Extractions>;
  readonly waits?: number;
  readonly secondsApart?: number;
}

function environment(given: Given = {}) {
  const seen: unknown[] = [];
  const claims = [...(given.claims ?? [granted()])];
  const extraction: CxoneClient['extraction'] = {
    async createJob(request) {
      seen.push(request);
      return 'job-1';
    },
    job: async () => ({
      status: 'succeeded',
      errorMessage: null,
      url: 'https://files.example/1?X-Amz=secret',
    }),
    openResult: async () => Promise.reject(refusal('ExtractionLinkExpired')),
    ...given.extraction,
  };
  const { secondsApart = 30 } = given;
  const activities = createExtractionActivities({
    store: fakeStore({
      waits: { count: async () => given.waits ?? 0 },
      extractionSlots: {
        claim: async (_tenant, who, terms, replacing) => {
          seen.push({ who, terms, ...(replacing && { replacing }) });
          return claims.shift() ?? granted();
        },
        answered: async (_tenant, _who, answer) => void seen.push(answer),
        prolong: async () => true,
        release: async (...args) => void seen.push(['release', ...args]),
        ...given.slots,
      },
      extractions: {
        begin: async (...args) => void seen.push(['begin', ...args]),
        find: async () => null,
        startOver: async () => undefined,
        ...given.extractions,
      },
    }),
    tenants: acme(
      { extraction },
      { extract: { interactionMetadataVersion: '10', evaluationsVersion: '4', secondsApart } },
    ),
    isRunning: async () => given.holderRuns ?? true,
  });
  return { activities, seen };
}

const asked = (seen: readonly unknown[]) => seen.filter((one) => (one as ExtractionJobRequest).entity);

describe('a job', () => {
  it('is asked for with the turn, for the one day and by the version of the settings, and noted with its time', async () => {
    const { activities, seen } = environment();
    expect(await run(activities, 'createExtractionJob', input)).toEqual({
      status: 'created',
      jobId: 'job-1',
      lookAfterMs: 5_000,
    });
    expect(seen).toEqual([
      { who: claimant, terms: { leaseSeconds: 600, secondsApart: 30 } },
      { entity: 'qm-workflows', version: '4', from: '2026-11-01', to: '2026-11-01', recentJob: false },
      'made',
      ['begin', job, askedAt],
    ]);
    await run(activities, 'createExtractionJob', { ...input, dataset: 'interaction-metadata' });
    expect(asked(seen)[1]).toMatchObject({ entity: 'recording-interaction-metadata', version: '10' });
  });

  it.each([
    [59, true],
    [61, false],
  ])('asked for %i s after another one was there says so: %s', async (seconds, recentJob) => {
    const before = new Date(askedAt.getTime() - seconds * 1_000);
    const { activities, seen } = environment({ claims: [granted(before)] });
    await run(activities, 'createExtractionJob', input);
    expect(asked(seen)).toMatchObject([{ recentJob }]);
  });

  it.each([
    ['another run has the turn', [{ status: 'held', by: other }], 'held', 10_000],
    ['others came before', [{ status: 'queued' }], 'held', 10_000],
    ['the last one is too young', [{ status: 'too soon', waitMs: 1_234 }], 'too soon', 1_234],
  ] as const)('is not asked for while %s', async (_what, claims, why, waitMs) => {
    const { activities, seen } = environment({ claims });
    expect(await run(activities, 'createExtractionJob', input)).toEqual({ status: 'wait', why, waitMs });
    expect(asked(seen)).toEqual([]);
  });

  it.each([
    ['of a run that is gone', other, false],
    ['of an earlier run of the same id', { ...claimant, runId: 'run-0' }, true],
  ])('takes the turn %s over', async (_what, by, holderRuns) => {
    const { activities, seen } = environment({ claims: [{ status: 'held', by }, granted()], holderRuns });
    expect(await run(activities, 'createExtractionJob', input)).toMatchObject({ status: 'created' });
    expect(seen[1]).toMatchObject({ who: claimant, replacing: by });
  });

  it('that CXone finds too soon is waited for, as long as CXone says within reason', async () => {
    const busy = (retryAfterMs: number) =>
      environment({
        extraction: { createJob: async () => Promise.reject(refusal('ExtractionBusy', retryAfterMs)) },
      });
    const wait = (waitMs: number) => ({ status: 'wait', why: 'busy', waitMs });
    expect(await run(busy(42_000).activities, 'createExtractionJob', input)).toEqual(wait(42_000));
    expect(await run(busy(3_600_000).activities, 'createExtractionJob', input)).toEqual(wait(60_000));
  });

  it('that was tried before may have been made unheard, so that a 403 says nothing', async () => {
    const { activities, seen } = environment();
    await run(activities, 'createExtractionJob', input, { attempt: 2 });
    expect(asked(seen)).toMatchObject([{ recentJob: true }]);
  });

  it('that CXone fails at is tried again when its turn comes, so that the error itself is what is seen in the end', async () => {
    const failing = (error: CxoneError, secondsApart?: number) =>
      environment({
        extraction: { createJob: async () => Promise.reject(error) },
        ...(secondsApart === undefined ? {} : { secondsApart }),
      });
    const down = (retryAfterMs?: number) => refusal('CxoneUnavailable', retryAfterMs);
    const delay = (retryAfterMs: number) => ({
      code: 'CxoneUnavailable',
      message: 'CxoneUnavailable happened.',
      kind: 'retryable',
      retryAfterMs,
    });
    const { activities, seen } = failing(down());
    await expect(run(activities, 'createExtractionJob', input)).rejects.toMatchObject(delay(30_000));
    // Such an answer is neither a created job nor a refusal.
    expect(seen).not.toContain('made');
    expect(seen).not.toContain('refused');
    const patient = failing(down(50_000));
    await expect(run(patient.activities, 'createExtractionJob', input)).rejects.toMatchObject(delay(50_000));
  });

  it('that is not permitted fails for good, with what to do', async () => {
    const { activities } = environment({
      extraction: { createJob: async () => Promise.reject(refusal('ExtractionForbidden')) },
    });
    await expect(run(activities, 'createExtractionJob', input)).rejects.toMatchObject({
      code: 'ExtractionForbidden',
      kind: 'operator',
    });
  });
});

describe('a look at a job', () => {
  const look = (status: ExtractionJob['status']) =>
    environment({ extraction: { job: async () => ({ status, errorMessage: null, url: null }) } }).activities;

  it.each([
    ['running', 'running'],
    ['succeeded', 'succeeded'],
    ['failed', 'failed'],
    ['cancelled', 'failed'],
    ['expired', 'gone'],
  ] as const)('that CXone calls %s is %s', async (status, expected) => {
    expect(await run(look(status), 'lookAtExtractionJob', job)).toEqual({ status: expected });
  });

  it('that failed reports CXone’s words', async () => {
    const { activities } = environment({
      extraction: { job: async () => ({ status: 'failed', errorMessage: 'No such version.', url: null }) },
    });
    expect(await run(activities, 'lookAtExtractionJob', job)).toEqual({
      status: 'failed',
      said: 'No such version.',
    });
  });

  it('reports nothing but that: no address, which would stay in the history', async () => {
    const { activities } = environment();
    expect(await run(activities, 'lookAtExtractionJob', job)).toEqual({ status: 'succeeded' });
  });

  it.each([
    ['that CXone does not know is gone', 'NotFound', 'gone'],
    ['that is refused because of others goes on', 'ExtractionBusy', 'running'],
  ] as const)('%s', async (_what, code, expected) => {
    const { activities } = environment({ extraction: { job: async () => Promise.reject(refusal(code)) } });
    expect(await run(activities, 'lookAtExtractionJob', job)).toEqual({ status: expected });
  });

  it('whose turn another run has taken costs no request', async () => {
    const { activities } = environment({
      slots: { prolong: async () => false },
      extraction: { job: async () => Promise.reject(new Error('not asked')) },
    });
    expect(await run(activities, 'lookAtExtractionJob', job)).toEqual({ status: 'lost' });
  });
});

describe('a file', () => {
  const rows = (count: number) =>
    Array.from({ length: count }, (_, n) => ({ 'Workflow ID': `w${n}`, Score: n === 1 ? 'high' : '5' }));
  const file =
    (
      records: readonly Record<string, string>[],
      breaksAfter = Infinity,
    ): CxoneClient['extraction']['openResult'] =>
    async () => ({
      columns: ['Workflow ID', 'Score'],
      records: (async function* () {
        for (const [index, record] of records.entries()) {
          if (index >= breaksAfter) throw refusal('IncompleteAnswer');
          yield record;
        }
      })(),
      bytes: () => 0,
    });

  function loading(records: readonly Record<string, string>[], more: Given = {}, breaksAfter?: number) {
    const parts: Batch[] = [];
    const finished: unknown[] = [];
    let begun = 0;
    const given = environment({
      ...more,
      extraction: { openResult: file(records, breaksAfter), ...more.extraction },
      extractions: {
        startOver: async () => void (begun += 1),
        async persist(_job, batch) {
          parts.push(batch);
          return { inserted: batch.rows.length, updated: 0, unchanged: 0, rejected: batch.rejected.length };
        },
        async finish(_job, counts, latenessMinutes) {
          finished.push({ ...counts, latenessMinutes });
          return line;
        },
        ...more.extractions,
      },
    });
    return { ...given, parts, finished, begun: () => begun };
  }

  it('is stored in parts, counted, and closed', async () => {
    const { activities, parts, finished, begun } = loading(rows(4_500));
    expect(await run(activities, 'loadExtraction', job)).toEqual({
      status: 'complete',
      records: 3,
      inserted: 2,
      updated: 1,
      unchanged: 0,
      rejected: 0,
      absent: 0,
    });
    expect(parts.map((part) => part.rows.length + part.rejected.length)).toEqual([2_000, 2_000, 500]);
    expect(parts[0]?.rows[0]?.values).toMatchObject({ evaluationId: 'w0/', workflowId: 'w0', score: 5 });
    const rejected = parts.reduce((sum, part) => sum + part.rejected.length, 0);
    expect(finished).toEqual([{ records: 4_500, rejected, latenessMinutes: 30 }]);
    expect(begun()).toBe(1);
  });

  it('that breaks off is not closed: the attempt starts over', async () => {
    const { activities, finished } = loading(rows(10), {}, 5);
    await expect(run(activities, 'loadExtraction', job)).rejects.toMatchObject({ code: 'IncompleteAnswer' });
    expect(finished).toEqual([]);
  });

  it('that is loaded already is reported again', async () => {
    const { activities, parts } = loading(rows(3), { extractions: { find: async () => line } });
    expect(await run(activities, 'loadExtraction', job)).toMatchObject({ status: 'complete', records: 3 });
    expect(parts).toEqual([]);
    const later = { ...line, jobId: 'job-0' };
    const another = loading(rows(3), { extractions: { find: async () => later } });
    await run(another.activities, 'loadExtraction', job);
    expect(another.parts).toHaveLength(1);
  });

  it.each([
    ['its job is not known any more', { job: async () => Promise.reject(refusal('NotFound')) }],
    [
      'its job has no result',
      { job: async () => ({ status: 'expired' as const, errorMessage: null, url: null }) },
    ],
  ])('is gone when %s', async (_what, extraction) => {
    const { activities } = loading(rows(3), { extraction });
    expect(await run(activities, 'loadExtraction', job)).toEqual({ status: 'gone' });
  });

  it('whose links do not open is asked for again a few times, and is gone then', async () => {
    const { activities } = environment();
    const attempt = (n: number) => run(activities, 'loadExtraction', job, { attempt: n });
    await expect(attempt(1)).rejects.toMatchObject({ code: 'ExtractionLinkExpired' });
    await expect(attempt(2)).rejects.toMatchObject({ code: 'ExtractionLinkExpired' });
    expect(await attempt(3)).toEqual({ status: 'gone' });
  });

  it('of a run that has lost its turn while it waited to be loaded costs no request', async () => {
    const { activities, begun } = loading(rows(3), {
      slots: { prolong: async () => false },
      extraction: { job: async () => Promise.reject(new Error('not asked')) },
    });
    expect(await run(activities, 'loadExtraction', job)).toEqual({ status: 'lost' });
    expect(begun()).toBe(0);
  });

  it('of a run that has lost its turn is left', async () => {
    const { activities } = loading(rows(3), {
      extractions: { persist: async () => Promise.reject(notHeld) },
    });
    expect(await run(activities, 'loadExtraction', job)).toEqual({ status: 'lost' });
  });
});

it('a day that is given up gives the turn to others, and is noted', async () => {
  const { activities, seen } = environment({
    extractions: { close: async (...args) => void seen.push(['close', ...args]) },
  });
  await run(activities, 'endExtraction', { ...input, status: 'failed', errorCode: 'Cancelled' });
  expect(seen).toEqual([
    ['release', 'acme', claimant],
    ['close', input, claimant, 'failed', 'Cancelled'],
  ]);
});
