import {
  type FaultRule,
  type Simulator,
  type SimulatorOptions,
  startSimulator,
  type Truth,
} from '../../../simulator';
import { type Answer, ask, askToken, dayWindow, parse, Reader, simulatedNow } from './client';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const jobs = '/data-extraction/v1/jobs';
const day = { startDate: '2026-03-10', endDate: '2026-03-10', version: '7' };
const metadata = { entityName: 'recording-interaction-metadata', ...day };
const evaluations = { entityName: 'qm-workflows', ...day, version: '4' };

let now = simulatedNow;
let simulator: Simulator;
let reader: Reader;
let token: string;

beforeAll(async () => {
  simulator = await start();
  await signIn(simulator);
});
beforeEach(() => {
  now += hourMs;
});
afterEach(() => simulator.setFaults([]));
afterAll(() => simulator.close());

// Time moves by days here, and tokens are not what it is about.
const start = (options: SimulatorOptions = {}): Promise<Simulator> =>
  startSimulator({
    contactsPerDay: 200,
    evaluatedShare: 0.3,
    clock: () => now,
    tokenLifetimeSeconds: 1e7,
    ...options,
  });
const signIn = async (to: Simulator): Promise<void> => {
  reader = await Reader.of(to);
  token = (parse(await askToken(to)) as { access_token: string }).access_token;
};
const create = (body: unknown): Promise<Answer> =>
  ask(`${simulator.address}${jobs}`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
interface Status {
  readonly jobStatus: {
    readonly id: string;
    readonly status: string;
    readonly result: Readonly<Record<'url' | 'errorMessage', string | null>>;
  };
}
const poll = async (id: string): Promise<Status['jobStatus']> =>
  (parse(await reader.get(`${jobs}/${id}`)) as Status).jobStatus;
/** The address of a job's CSV. */
const run = async (body: object): Promise<string> => {
  const id = parse(await create(body)) as string;
  await poll(id);
  return (await poll(id)).result.url ?? '';
};
const csvOf = async (body: object): Promise<string> => (await ask(await run(body))).body.toString();
const under = (...rules: readonly FaultRule[]): void => simulator.setFaults(rules);
const truth = (from = dayWindow.from, to = dayWindow.to): Required<Truth> =>
  simulator.truth({ from, to, extraction: true }) as Required<Truth>;

describe('a job', () => {
  it('runs until it was asked for, then gives a CSV with a byte-order mark, quotes and CRLF', async () => {
    const created = await create(metadata);
    const id = parse(created) as string;
    expect([created.status, typeof id]).toEqual([202, 'string']);
    expect(await poll(id)).toMatchObject({ id, status: 'RUNNING', result: { url: null } });
    const { status, result } = await poll(id);
    expect(status).toBe('SUCCEEDED');
    const csv = (await ask(result.url as string)).body.toString();
    const lines = csv.split('\r\n');
    expect(lines[0]).toMatch(/^\uFEFF"ACD Call ID [^"]+","Segment ID","Start Date"/);
    expect(lines.at(-1)).toBe('');
    expect(lines.slice(1, -1).map((line) => line.split('"')[3])).toEqual(
      truth().interactionMetadata.map(({ segmentId }) => segmentId),
    );
    expect(parse(await reader.get(jobs))).toEqual({ jobs: [{ id, status: 'SUCCEEDED' }] });
  });

  it('is as successful about a recording as Media Playback is', async () => {
    const { recordings = [] } = simulator.truth({ ...dayWindow, recordings: true });
    const stored = truth().interactionMetadata.filter((row) => row.voiceRecordingStatus === 'Success');
    expect(stored.map(({ segmentId }) => segmentId)).toEqual(recordings.map(({ segmentId }) => segmentId));
  });

  it('holds what there was when it was made, for 30 s by one address, for a day by another one', async () => {
    const id = parse(await create(metadata)) as string;
    await poll(id);
    const { url } = (await poll(id)).result;
    const first = (await ask(url as string)).body;
    now += 31_000;
    expect((await ask(url as string)).status).toBe(403);
    now += 22 * hourMs;
    const again = await ask((await poll(id)).result.url as string);
    expect(again.body.equals(first)).toBe(true);
    now += 2 * hourMs;
    expect(await poll(id)).toMatchObject({ status: 'EXPIRED', result: { url: null } });
  });

  it.each([
    { ...metadata, entityName: 'wfm-payroll' },
    { ...metadata, version: '8' },
    { ...evaluations, version: '7' },
  ])('fails for $entityName of version $version', async (body) => {
    const id = parse(await create(body)) as string;
    await poll(id);
    expect(await poll(id)).toMatchObject({
      status: 'FAILED',
      result: { url: null, errorMessage: 'Unknown entity or version' },
    });
  });

  it.each([
    {},
    { ...metadata, startDate: '2026-03-11' },
    { ...metadata, endDate: 'soon' },
    { ...metadata, endDate: '2026-03-24' },
    'no object',
  ])('is none: %j', async (body) => {
    expect((await create(body)).status).toBe(400);
  });

  it('may be about 14 days', async () => {
    expect((await create({ ...metadata, endDate: '2026-03-23' })).status).toBe(202);
  });

  it('is not found under another name, nor shown without a token', async () => {
    expect((await reader.get(`${jobs}/nothing`)).status).toBe(404);
    expect((await reader.get('/data-extraction/v2/nothing')).status).toBe(404);
    expect((await reader.get(jobs, { Authorization: undefined })).status).toBe(401);
  });
});

describe('one caller at a time', () => {
  const statuses = async (...waits: readonly number[]): Promise<readonly (readonly [number, string])[]> => {
    const all: (readonly [number, string])[] = [];
    for (const wait of waits) {
      now += wait * 1000;
      const { status, body } = await create(metadata);
      all.push([status, status === 202 ? '' : body.toString()]);
    }
    return all;
  };

  it('means 30 s between two jobs, and none beside another', async () => {
    const soon = 'Only one request is allowed every 30 seconds';
    const running = 'Another job is still running, one job at a time';
    expect(await statuses(0, 29, 2, 30)).toEqual([
      [202, ''],
      [403, soon],
      [403, running],
      [202, ''],
    ]);
    await poll((parse(await reader.get(jobs)) as { jobs: { id: string }[] }).jobs.at(-1)?.id ?? '');
    expect(await statuses(31)).toEqual([[202, '']]);
  });

  it('can be another time, or no rule at all', async () => {
    for (const [extractionSpacingSeconds, second] of [
      [5, 403],
      [0, 202],
    ] as const) {
      const mine = { simulator, reader, token };
      simulator = await start({ contactsPerDay: 10, extractionSpacingSeconds });
      await signIn(simulator);
      expect([(await create(metadata)).status, (await create(metadata)).status]).toEqual([202, second]);
      await simulator.close();
      ({ simulator, reader, token } = mine);
    }
  });
});

describe('what is extracted', () => {
  it('appears half an hour after the end of a call', () => {
    const { interactionMetadata } = truth();
    const last = Math.max(...interactionMetadata.map(({ endDate }) => Date.parse(endDate)));
    const before = now;
    now = last + 30 * 60_000 - 1;
    const early = truth().interactionMetadata.length;
    now += 1;
    expect(truth().interactionMetadata).toHaveLength(interactionMetadata.length);
    expect(early).toBeLessThan(interactionMetadata.length);
    now = before;
  });

  it('has evaluations by the day of their submission, each in one of the days', () => {
    const days = [0, 1, 2].map((n) => truth(dayWindow.from + n * dayMs, dayWindow.from + (n + 1) * dayMs));
    const all = truth(dayWindow.from, dayWindow.from + 3 * dayMs).evaluations;
    const ids = days.flatMap(({ evaluations: rows }) => rows.map(({ evaluationId }) => evaluationId));
    expect(ids.toSorted()).toEqual(all.map(({ evaluationId }) => evaluationId).toSorted());
    expect(new Set(ids).size).toBe(ids.length);
    expect(all.length).toBeGreaterThan(20);
    for (const { interactionEndDate, submissionDate, startDate } of all) {
      expect(Date.parse(submissionDate) - Date.parse(interactionEndDate)).toBeGreaterThan(hourMs);
      expect(Date.parse(startDate)).toBeLessThanOrEqual(Date.parse(submissionDate));
    }
  });

  it('has workflows that were opened again', () => {
    const all = truth(dayWindow.from, dayWindow.from + 8 * dayMs).evaluations;
    expect(new Set(all.map(({ workflowId }) => workflowId)).size).toBeLessThan(all.length);
  });

  it('changes evaluations of a day that is over: stamp, state and score', () => {
    const { evaluations: late } = truth();
    const before = now;
    now = dayWindow.to + 30 * 60_000;
    const early = new Map(truth().evaluations.map((row) => [row.evaluationId, row]));
    now = before;
    expect(early.size).toBe(late.length);
    const changed = late.filter((row) => row.lastUpdated !== early.get(row.evaluationId)?.lastUpdated);
    expect(changed.length).toBeGreaterThan(0);
    expect(changed.length).toBeLessThan(late.length);
    expect(changed.some((row) => row.score !== early.get(row.evaluationId)?.score)).toBe(true);
    for (const row of late.filter((one) => !changed.includes(one)))
      expect(row).toEqual(early.get(row.evaluationId));
  });

  it('names persons and comments by words that must not leak', async () => {
    const csv = await csvOf(evaluations);
    const marks = simulator.canaries.filter((canary) => /^cnry-(?:comment|name)-/.test(canary));
    expect(marks).toHaveLength(2);
    for (const mark of [...marks, '19995550']) expect(csv).toContain(mark);
  });

  it('is the same for the same seed, and another for another one', async () => {
    const others = await Promise.all([1, 2].map((seed) => start({ seed })));
    const [same, other] = others.map((one) => one.truth({ ...dayWindow, extraction: true }));
    const mine = truth();
    expect(same?.evaluations).toEqual(mine.evaluations);
    expect(same?.interactionMetadata).toEqual(mine.interactionMetadata);
    expect(other?.evaluations).not.toEqual(mine.evaluations);
    await Promise.all(others.map((one) => one.close()));
  });

  it('is generated again for each reading when it is long, with the right length', async () => {
    const mine = { simulator, reader, token };
    simulator = await start({ contactsPerDay: 8_000 });
    await signIn(simulator);
    const { headers, body } = await ask(await run(metadata));
    expect(body.length).toBeGreaterThan(1024 * 1024);
    expect(headers['content-length']).toBe(String(body.length));
    await simulator.close();
    ({ simulator, reader, token } = mine);
  });
});

describe('what can go wrong', () => {
  it('is a refusal with words of its own, or none', async () => {
    under({ name: 'extractionBusy' });
    const busy = await create(metadata);
    expect([busy.status, busy.headers['content-type']]).toEqual([403, 'text/plain']);
    under({ name: 'extractionBusy', args: { body: '' } });
    const silent = await create(metadata);
    expect([silent.status, silent.body.length]).toEqual([403, 0]);
    under({ name: 'forbidden', match: { family: 'extraction' } });
    expect((await create(metadata)).status).toBe(403);
  });

  it('is a permission for one of the entities', async () => {
    under({ name: 'entityForbidden' });
    const refused = await create(evaluations);
    expect([refused.status, refused.body.toString()]).toEqual([403, expect.stringContaining('permission')]);
    expect((await create(metadata)).status).toBe(202);
  });

  it('is an id in another shape', async () => {
    const shapes: unknown[] = [];
    for (const form of ['jobId', 'doubleQuoted', 'plainText'] as const) {
      under({ name: 'jobIdShape', args: { form } });
      shapes.push((await create(metadata)).body.toString());
      now += 61_000;
    }
    const id = '[0-9a-f-]{36}';
    expect(shapes).toEqual([
      expect.stringMatching(`^{"jobId":"${id}"}$`),
      expect.stringMatching(`^"\\\\"${id}\\\\""$`),
      expect.stringMatching(`^${id}$`),
    ]);
  });

  it('is a file without its length, without its mark, with rows of other widths', async () => {
    const url = await run(metadata);
    const sound = (await ask(url)).body.toString();
    under({ name: 'withoutLength' }, { name: 'csvWithoutBom' }, { name: 'csvRagged', args: { every: 2 } });
    const { headers, body } = await ask(url);
    expect(headers['content-length']).toBeUndefined();
    const lines = body.toString().split('\r\n');
    expect(lines[0]).toBe(sound.split('\r\n')[0]?.replace('\uFEFF', ''));
    expect(lines.slice(1, 5).map((line) => line.split('","').length)).toEqual([17, 16, 17, 18]);
  });

  it('is a header with another name, another column, no key, or in capitals', async () => {
    const url = await run(metadata);
    const headers: string[] = [];
    for (const form of ['renamed', 'extraColumn', 'withoutKey', 'upperCase'] as const) {
      under({ name: 'csvHeader', args: { form } });
      headers.push((await ask(url)).body.toString().split('\r\n')[0] ?? '');
    }
    const [renamed, extra, withoutKey, capitals] = headers;
    expect(renamed).toMatch(/"Called Otherwise"$/);
    expect(extra).toMatch(/"Channel Type","Column Of Tomorrow","Channel Type"$/);
    expect(withoutKey).not.toContain('Segment ID');
    expect(capitals).toContain('" VOICE_RECORDING_STATUS "');
  });
});
