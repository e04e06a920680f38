// One file beyond 400 lines: all tests are about one API and share its fake server.
import { gzipSync } from 'node:zlib';
import {
  createCxoneClient,
  type CsvRecord,
  type CxoneClient,
  type ExtractionJobRequest,
  type ExtractionResult,
  readEvaluation,
  type Reading,
  readInteractionMetadata,
  type RefusedAnswer,
} from '../../../../cxone';
import type { FaultRule, Simulator } from '../../../../simulator';
import { parseJob, parseJobId } from '../../../../cxone/extraction/jobs';
import { simulateTenant } from '../../client/simulated-tenant';
import { failureOf, startFake } from '../fake-cxone';

const metadata: ExtractionJobRequest = {
  entity: 'recording-interaction-metadata',
  version: '7',
  from: '2026-03-10',
  to: '2026-03-10',
};
const evaluations: ExtractionJobRequest = { ...metadata, entity: 'qm-workflows', version: '4' };
const day = { from: Date.UTC(2026, 2, 10), to: Date.UTC(2026, 2, 11), extraction: true };

let now = Date.UTC(2026, 2, 20, 12);
let simulator: Simulator;
let client: CxoneClient;
let given: Awaited<ReturnType<typeof simulateTenant>>;

beforeAll(async () => {
  given = await simulateTenant({ contactsPerDay: 300, evaluatedShare: 0.5, clock: () => now });
  ({ simulator } = given);
  client = createCxoneClient(given.tenant(), { now: () => now });
});
beforeEach(() => {
  later(61);
});
afterEach(() => simulator.setFaults([]));
afterAll(async () => {
  client.close();
  await simulator.close();
});

const later = (seconds: number) => {
  now += seconds * 1_000;
};
const under = (...rules: readonly FaultRule[]) => simulator.setFaults(rules);

/** The link of a job that is done. */
async function linkTo(request: ExtractionJobRequest): Promise<string> {
  const id = await client.extraction.createJob(request);
  expect(await client.extraction.job(id)).toEqual({ status: 'running', errorMessage: null, url: null });
  const { status, url } = await client.extraction.job(id);
  expect(status).toBe('succeeded');
  return url ?? '';
}

async function recordsOf(result: ExtractionResult): Promise<readonly CsvRecord[]> {
  const records: CsvRecord[] = [];
  for await (const record of result.records) records.push(record);
  return records;
}

async function extract(request: ExtractionJobRequest): Promise<readonly CsvRecord[]> {
  const { entity } = request;
  return recordsOf(await client.extraction.openResult(await linkTo(request), undefined, { entity }));
}

function valuesOf(reading: Reading): unknown {
  if (!reading.ok) throw new Error(reading.reason);
  expect([reading.extra, reading.drift]).toEqual([null, []]);
  return reading.values;
}

describe('an extraction', () => {
  it('of interaction metadata gives what the truth says, row by row', async () => {
    const { interactionMetadata = [] } = simulator.truth(day);
    expect(new Set(interactionMetadata.map((row) => row.voiceRecordingStatus)).size).toBeGreaterThan(1);
    const records = await extract(metadata);
    expect(records.map((record) => valuesOf(readInteractionMetadata(record)))).toEqual(interactionMetadata);
  });

  it.each(['4', '3'])(
    'of evaluations of version %s gives what the truth says, row by row',
    async (version) => {
      const truth = simulator.truth(day).evaluations ?? [];
      expect(truth.length).toBeGreaterThan(20);
      expect(truth.some(({ userReviewComments }) => /\r\n.*;/.test(userReviewComments ?? ''))).toBe(true);
      const records = await extract({ ...evaluations, version });
      expect(records.map((record) => valuesOf(readEvaluation(record)))).toEqual(truth);
    },
  );

  it('says how much has come', async () => {
    const result = await client.extraction.openResult(await linkTo(metadata));
    expect(result.columns).toContain('Voice Recording Status');
    const records = await recordsOf(result);
    expect(records.length).toBeGreaterThan(100);
    expect(result.bytes()).toBe(result.contentLength);
  });

  it('can be given up half-way, and by a signal', async () => {
    const result = await client.extraction.openResult(await linkTo(metadata));
    for await (const record of result.records) {
      expect(Object.keys(record)).toEqual(result.columns);
      break;
    }
    const gone = new Error('gone');
    const signal = AbortSignal.abort(gone);
    await expect(client.extraction.createJob(metadata, signal)).rejects.toBe(gone);
    await expect(client.extraction.openResult(simulator.mediaAddress, signal)).rejects.toBe(gone);
  });

  it('never shows its link, nor our token to the file host', async () => {
    const url = await linkTo(metadata);
    later(31);
    const error = await failureOf(client.extraction.openResult(url));
    expect(JSON.stringify(error) + error.message).not.toContain('Signature');
    // The file host refuses a request with a token, so the extractions of this file show that there is none.
  });
});

describe('a job', () => {
  it.each(['jobId', 'doubleQuoted', 'plainText'] as const)('may be named by %s', async (form) => {
    under({ name: 'jobIdShape', args: { form } });
    expect(await client.extraction.createJob(metadata)).toMatch(/^[0-9a-f-]{36}$/);
  });

  it.each([
    ['a page', 'UnexpectedHtml', { name: 'html200' }],
    ['an id that is cut off', 'IncompleteAnswer', { name: 'truncateJson', args: { share: 0.95 } }],
    ['broken JSON', 'IncompleteAnswer', { name: 'malformedJson' }],
  ] as const)('that is answered with %s is asked for again', async (_what, code, rule) => {
    under(rule);
    await expect(client.extraction.createJob(metadata)).rejects.toMatchObject({ code, kind: 'retryable' });
  });

  it('that is answered with words is no job', () => {
    expect(() => parseJobId(Buffer.from('come back later'))).toThrow('without the id of a job');
    expect(() => parseJobId(Buffer.from('{"state":"new"}'))).toThrow('without the id of a job');
  });

  it('may take its time', async () => {
    under({ name: 'jobSlow', args: { count: 4 } });
    const id = await client.extraction.createJob(metadata);
    const statuses: string[] = [];
    for (let poll = 0; poll < 5; poll += 1) statuses.push((await client.extraction.job(id)).status);
    expect(statuses).toEqual(['running', 'running', 'running', 'running', 'succeeded']);
  });

  it.each(['QUEUED', 'In Progress', 'constructor'])('that is said to be %s is not over', async (status) => {
    const body = JSON.stringify({ jobStatus: { id: '1', status, result: { url: 'https://x.example/' } } });
    expect(parseJob(Buffer.from(body))).toEqual({ status: 'running', errorMessage: null, url: null });
  });

  it('that failed reports known phrases of the reason only', () => {
    const messageError = 'Failed for Ann (ann@clinic.example, +1 555 0100 22): no such day';
    const body = JSON.stringify({ JobStatus: { Status: 'failed', Result: { messageError } } });
    expect(parseJob(Buffer.from(body))).toEqual({
      status: 'failed',
      errorMessage: 'something not found',
      url: null,
    });
  });

  it.each([
    ['FAILED', 'failed'],
    ['CANCELLED', 'cancelled'],
    ['EXPIRED', 'expired'],
  ] as const)('may end as %s', async (form, status) => {
    under({ name: 'jobFails', args: { form } });
    const id = await client.extraction.createJob(metadata);
    await client.extraction.job(id);
    const job = await client.extraction.job(id);
    expect(job).toMatchObject({ status, url: null });
    expect(job.errorMessage).toBeNull();
  });

  it('fails with known phrases for a version that does not exist, and names the answer that is kept', async () => {
    const kept: RefusedAnswer[] = [];
    const keepAnswer = (answer: RefusedAnswer) => (kept.push(answer), 'id-1');
    const keeping = createCxoneClient(given.tenant(), { now: () => now, keepAnswer });
    const id = await keeping.extraction.createJob({ ...metadata, version: '99' });
    await keeping.extraction.job(id);
    const job = await keeping.extraction.job(id);
    keeping.close();
    expect(kept).toMatchObject([
      { code: 'ExtractionFailed', text: expect.stringContaining('Unknown entity') },
    ]);
    expect(job).toEqual({
      status: 'failed',
      errorMessage: 'an entity or version (answer id-1)',
      url: null,
    });
  });

  it('is forgotten after a day', async () => {
    const id = await client.extraction.createJob(metadata);
    later(24 * 3_600);
    expect(await client.extraction.job(id)).toMatchObject({ status: 'expired', url: null });
  });

  it('is not found under another id, and asked for by no id that is none', async () => {
    await expect(client.extraction.job('0000')).rejects.toMatchObject({ code: 'NotFound', status: 404 });
    const before = simulator.journal.count({ family: 'extraction' });
    await expect(client.extraction.job('../x')).rejects.toMatchObject({ code: 'UnexpectedShape' });
    expect(simulator.journal.count({ family: 'extraction' })).toBe(before);
  });

  it('is refused for good when it asks for more than 14 days', async () => {
    const request = { ...metadata, from: '2026-03-01', to: '2026-03-15' };
    await expect(client.extraction.createJob(request)).rejects.toMatchObject({
      code: 'BadRequest',
      kind: 'permanent',
      remedy: expect.stringContaining('14 at most') as string,
    });
  });

  it('is repeated with another token when the present one is refused', async () => {
    under({ name: 'revokeTokens', match: { family: 'extraction' }, onCall: 1 });
    expect(await client.extraction.createJob(metadata)).toEqual(expect.any(String));
  });
});

describe('a refusal', () => {
  const refusal = (request: ExtractionJobRequest) => failureOf(client.extraction.createJob(request));

  it('of a job less than 30 s after another one is "too soon", for any caller', async () => {
    await client.extraction.createJob(metadata);
    const error = await refusal(metadata);
    expect(error).toMatchObject({ code: 'ExtractionBusy', kind: 'retryable', status: 403 });
    expect(error['retryAfterMs']).toBeGreaterThanOrEqual(30_000);
    expect(error['retryAfterMs']).toBeLessThanOrEqual(60_000);
  });

  it('that names a time is believed', async () => {
    under({
      name: 'status',
      match: { family: 'extraction' },
      args: { status: 403, retryAfter: 7, body: '{"message":"Please wait"}' },
    });
    expect(await refusal(metadata)).toMatchObject({ code: 'ExtractionBusy', retryAfterMs: 7_000 });
  });

  it('of a job beside one that runs is "too soon"', async () => {
    await client.extraction.createJob(metadata);
    later(31);
    expect(await refusal(metadata)).toMatchObject({ code: 'ExtractionBusy' });
  });

  it.each([
    ['', true, 'ExtractionBusy'],
    ['', false, 'ExtractionForbidden'],
    ['Forbidden', true, 'ExtractionBusy'],
    ['Forbidden', false, 'ExtractionForbidden'],
    ['Computer says no', true, 'ExtractionBusy'],
    ['Please wait and try again', false, 'ExtractionBusy'],
    ['User is not authorized to run this', true, 'ExtractionForbidden'],
  ])('with the text "%s" and a recent job %s is %s', async (body, recentJob, code) => {
    under({ name: 'extractionBusy', args: { body } });
    expect(await refusal({ ...metadata, recentJob })).toMatchObject({ code });
  });

  it('while a job is waited for is "too soon" unless it says otherwise', async () => {
    const id = await client.extraction.createJob(metadata);
    under({ name: 'extractionBusy', args: { body: '' } });
    await expect(client.extraction.job(id)).rejects.toMatchObject({ code: 'ExtractionBusy' });
    under({ name: 'forbidden', match: { family: 'extraction' } });
    await expect(client.extraction.job(id)).rejects.toMatchObject({ code: 'ExtractionForbidden' });
  });

  it('of one entity names the permission of that entity', async () => {
    under({ name: 'entityForbidden' });
    expect(await refusal(evaluations)).toMatchObject({
      code: 'ExtractionForbidden',
      kind: 'operator',
      remedy: expect.stringContaining('QM Workflow API') as string,
    });
    await client.extraction.createJob(metadata);
    later(61);
    under({ name: 'entityForbidden', args: { entity: metadata.entity } });
    expect(await refusal(metadata)).toMatchObject({
      code: 'ExtractionForbidden',
      remedy: expect.stringContaining('Extract interaction metadata') as string,
    });
  });
});

describe('a result', () => {
  const opened = async (request = metadata, ...rules: readonly FaultRule[]) => {
    const url = await linkTo(request);
    under(...rules);
    return client.extraction.openResult(url, undefined, { entity: request.entity });
  };
  const read = async (...rules: readonly FaultRule[]) => recordsOf(await opened(metadata, ...rules));

  it('of a link whose 30 s are over asks for another link', async () => {
    const url = await linkTo(metadata);
    later(31);
    const error = await failureOf(client.extraction.openResult(url));
    expect(error).toMatchObject({ code: 'ExtractionLinkExpired', kind: 'retryable', status: 403 });
    await expect(read({ name: 'expireUrls' })).rejects.toMatchObject({ code: 'ExtractionLinkExpired' });
  });

  it.each<[string, readonly FaultRule[]]>([
    ['ends before its length', [{ name: 'mediaTruncated' }]],
    ['ends without a length', [{ name: 'withoutLength' }, { name: 'mediaTruncated' }]],
    ['is cut with a length to match', [{ name: 'truncateJson', args: { share: 0.501 } }]],
    ['says a length that is too long', [{ name: 'wrongLength' }]],
  ])('that %s is not whole', async (_how, rules) => {
    await expect(read(...rules)).rejects.toMatchObject({ code: 'IncompleteAnswer', kind: 'retryable' });
  });

  it('that stands still is not whole', async () => {
    const url = await linkTo(metadata);
    under({ name: 'slowBody', args: { delayMs: 5_000, chunkBytes: 20_000 } });
    const reading = client.extraction
      .openResult(url, undefined, { idleTimeoutMs: 50 })
      .then((result) => recordsOf(result));
    await expect(reading).rejects.toMatchObject({ code: 'IncompleteAnswer' });
  });

  it('may come without a length, and without a byte-order mark', async () => {
    const rows = simulator.truth(day).interactionMetadata?.length;
    expect(await read({ name: 'withoutLength' })).toHaveLength(rows ?? 0);
    later(61);
    expect((await read({ name: 'csvWithoutBom' }))[0]).toHaveProperty(['ACD Call ID (Master Contact ID)']);
  });

  it('with another header keeps what it knows and reports the rest', async () => {
    const [renamed] = await read({ name: 'csvHeader' });
    expect(readInteractionMetadata(renamed)).toMatchObject({
      ok: true,
      values: { channelType: null },
      drift: [{ field: 'Called Otherwise', observedType: 'string' }],
    });
    later(61);
    const [extra] = await read({ name: 'csvHeader', args: { form: 'extraColumn' } });
    expect(readInteractionMetadata(extra)).toMatchObject({
      ok: true,
      values: { channelType: 'Phone Call' },
      extra: '{"Column Of Tomorrow":"new","Channel Type (2)":"twice"}',
    });
  });

  it.each([metadata, evaluations])('of $entity is read under headers in capitals', async (request) => {
    const result = await opened(request, { name: 'csvHeader', args: { form: 'upperCase' } });
    const [first] = await recordsOf(result);
    const reading = request === metadata ? readInteractionMetadata(first) : readEvaluation(first);
    const truth = simulator.truth(day);
    expect(valuesOf(reading)).toEqual(
      (request === metadata ? truth.interactionMetadata : truth.evaluations)?.[0],
    );
  });

  it('without the column of the key is refused as a whole', async () => {
    const error = await failureOf(read({ name: 'csvHeader', args: { form: 'withoutKey' } }));
    expect(error).toMatchObject({ code: 'UnexpectedShape', kind: 'operator' });
    expect(error.message).toContain('"Segment ID"');
  });

  it('with rows that do not fit the header loses none of the others', async () => {
    const readings = (await read({ name: 'csvRagged', args: { every: 5 } })).map(readInteractionMetadata);
    const truth = simulator.truth(day).interactionMetadata ?? [];
    expect(readings).toHaveLength(truth.length);
    const fitting = readings.filter((_, index) => (index + 1) % 5 !== 0);
    expect(fitting.map(valuesOf)).toEqual(truth.filter((_, index) => (index + 1) % 5 !== 0));
    const misfit = readings[4];
    if (misfit === undefined || misfit.ok) throw new Error('it was not rejected');
    expect(misfit.reason).toBe('the row has another number of cells than the header');
    expect(misfit.raw).toContain(truth[4]?.segmentId);
  });

  it('that is a page instead of CSV is refused', async () => {
    await expect(read({ name: 'html200' })).rejects.toMatchObject({
      code: 'UnexpectedHtml',
      kind: 'retryable',
    });
  });

  it('without anything, even a header, is not one we know', async () => {
    await expect(read({ name: 'mediaEmpty' })).rejects.toMatchObject({ code: 'UnexpectedShape' });
  });

  it('without rows is one', async () => {
    expect(await extract({ ...metadata, from: '2030-01-01', to: '2030-01-01' })).toEqual([]);
  });

  it('may come packed, and is not whole when that is cut off', async () => {
    const fake = await startFake();
    const csv = Buffer.from(`Segment ID,ANI\r\n${'1,2\r\n'.repeat(50_000)}`);
    const packed = gzipSync(csv);
    const headers = { 'content-encoding': 'gzip', 'content-type': 'text/csv' };
    fake.on('/whole.csv', { headers, body: packed });
    fake.on('/cut.csv', { headers, body: packed.subarray(0, packed.length - 20) });
    fake.on('/noise.csv', { headers, body: csv });
    const rows = async (path: string) =>
      recordsOf(await fake.client().extraction.openResult(`${fake.origin}${path}`));
    expect(await rows('/whole.csv')).toHaveLength(50_000);
    for (const path of ['/cut.csv', '/noise.csv'])
      await expect(rows(path)).rejects.toMatchObject({ code: 'IncompleteAnswer' });
    await fake.close();
  });

  it('larger than it may be is given up', async () => {
    const url = await linkTo(metadata);
    const reading = client.extraction
      .openResult(url, undefined, { maxBytes: 10_000 })
      .then((result) => recordsOf(result));
    await expect(reading).rejects.toMatchObject({ code: 'ResponseTooLarge' });
  });

  it.each([
    [{ name: 'status', args: { status: 503 } }, 'CxoneUnavailable'],
    [{ name: 'status', args: { status: 404 } }, 'ExtractionLinkExpired'],
    [{ name: 'tooManyRequests', args: { retryAfter: 2 } }, 'Throttled'],
    [{ name: 'reset' }, 'CxoneUnavailable'],
    [{ name: 'redirect', args: { location: 'http://10.0.0.1/x.csv' } }, 'MediaHostRefused'],
    [{ name: 'redirect' }, 'MediaUnavailable'],
  ] as const)('of a host that answers %j fails with %s', async (rule, code) => {
    await expect(read(rule)).rejects.toMatchObject({ code });
  });

  it.each(['http://127.0.0.2/x.csv', 'https://elsewhere.example/x.csv', 'no address'])(
    'is not fetched from %s',
    async (url) => {
      await expect(client.extraction.openResult(url)).rejects.toMatchObject({ code: 'MediaHostRefused' });
    },
  );
});
