import type { TruthWindow } from '../../simulator/truth';
import { exposeRun, leaks, secretForms } from './leaks';
import { untilParked } from './parked-runs';
import { runCommand } from './run-command';
import { openTestEnvironment, type TestEnvironment, type TestWorker } from './test-environment';
import { type ApiRecord, differences, type StoredRow } from './truth';

const datasets = ['interaction-metadata', 'evaluations'] as const;
type Dataset = (typeof datasets)[number];

/** In the evening of the second day: its last calls and later changes of evaluations are still to come. */
const early = Date.parse('2025-03-11T20:00:00Z');
const settled = Date.parse('2025-03-20T12:00:00Z');
const range = { from: '2025-03-10', to: '2025-03-12' };
/** CXone takes a job every 30 s: by its clock, of which forty seconds pass in one of ours. */
const haste = 40;

let clockFrom = early;
let environment: TestEnvironment;
let worker: TestWorker;
beforeAll(async () => {
  const began = Date.now();
  environment = await openTestEnvironment({
    simulator: {
      clock: () => clockFrom + haste * (Date.now() - began),
      contactsPerDay: 300,
      evaluatedShare: 0.5,
    },
    tenant: {
      extract: { interactionMetadata: true, evaluations: true, secondsApart: 1, rereadDays: 1 },
      parkedTimeoutHours: 168,
    },
  });
  worker = await environment.startWorker();
});
afterAll(async () => {
  if (!environment) return;
  await runCommand(environment, ['schedule', 'remove', '--tenant', 'acme']);
  await environment.close();
});

const acme = ['--tenant', 'acme'];
const runJson = async (...args: readonly string[]) => {
  const result = await runCommand(environment, [...args, '--json']);
  return { ...result, document: JSON.parse(result.stdout) as Readonly<Record<string, unknown>> };
};
const extract = (dataset: Dataset, { from, to }: typeof range, ...more: readonly string[]) =>
  runJson('extract', ...acme, '--dataset', dataset, '--from', from, '--to', to, ...more);
const idOf = (dataset: Dataset, day: string) => `extract:acme:${dataset}:${day}`;
const asked = (status?: number) =>
  environment.simulator.journal.entries({ family: 'extraction', ...(status && { status }) });

/** What CXone holds now, by key. */
function truth(dataset: Dataset, { from, to }: typeof range): ReadonlyMap<string, ApiRecord> {
  const window: TruthWindow = { from: Date.parse(from), to: Date.parse(to), extraction: true };
  const { interactionMetadata = [], evaluations = [] } = environment.simulator.truth(window);
  return dataset === 'evaluations'
    ? new Map(evaluations.map((row) => [row.evaluationId, { ...row }]))
    : new Map(interactionMetadata.map((row) => [row.segmentId, { ...row }]));
}

async function stored(dataset: Dataset, { from, to } = range): Promise<ReadonlyMap<string, StoredRow>> {
  const [table, key] =
    dataset === 'evaluations' ? ['evaluation', 'evaluation_id'] : ['interaction_metadata', 'segment_id'];
  const rows = await environment.query<StoredRow>(
    `select * from cxone.${table} where extract_day >= $1 and extract_day < $2 and absent_since is null`,
    [from, to],
  );
  return new Map(rows.map((row) => [String(row[key]), row]));
}

/** How the stored rows differ from CXone's, a line each. */
async function unlikeTruth(dataset: Dataset, days: typeof range): Promise<string[]> {
  const [there, here] = [truth(dataset, days), await stored(dataset, days)];
  return [
    ...[...here.keys()].filter((key) => !there.has(key)).map((key) => `${key} is not at CXone`),
    ...[...there].flatMap(([key, record]) =>
      differences(record, here.get(key)).map((difference) => `${key}: ${difference}`),
    ),
  ];
}

describe('two datasets extracted at the same time', () => {
  it('take turns, and CXone never finds that too soon', async () => {
    const ends = await Promise.all(datasets.map((dataset) => extract(dataset, range)));
    for (const { status, document } of ends) {
      expect([status, document]).toMatchObject([
        0,
        { status: 'complete', days: 2, complete: 2, rejected: 0 },
      ]);
    }
    const jobs = asked().filter(({ method }) => method === 'POST');
    expect(jobs.map(({ status }) => status)).toEqual([202, 202, 202, 202]);
    const apart = jobs.slice(1).map(({ at }, index) => at - (jobs[index]?.at ?? 0));
    expect(Math.min(...apart)).toBeGreaterThanOrEqual(30_000);
    expect(asked(403)).toEqual([]);
  });

  it('have rows of their own for each day, and no more to do when asked again', async () => {
    for (const dataset of datasets) expect((await stored(dataset)).size).toBeGreaterThan(20);
    environment.simulator.journal.clear();
    const { status, document } = await extract('evaluations', range);
    expect([status, document]).toMatchObject([0, { status: 'complete', skipped: 2, records: 0 }]);
    expect(asked()).toEqual([]);
  });
});

it('what came late and what changed since comes by reading the day again; then every row is as CXone has it', async () => {
  clockFrom = settled;
  const day = { from: '2025-03-11', to: '2025-03-12' };
  const before = await Promise.all(datasets.map(async (dataset) => (await stored(dataset, day)).size));
  const ends = await Promise.all(datasets.map((dataset) => extract(dataset, day, '--force')));
  const [calls, evaluations] = ends.map(({ document }) => document);
  expect(ends.map(({ status }) => status)).toEqual([0, 0]);
  expect(calls).toMatchObject({ complete: 1, skipped: 0, absent: 0, inserted: expect.any(Number) });
  expect(Number(calls?.['inserted'])).toBeGreaterThan(0);
  expect(Number(evaluations?.['updated'])).toBeGreaterThan(0);
  for (const [index, dataset] of datasets.entries()) {
    const counts = ends[index]?.document ?? {};
    expect((await stored(dataset, day)).size).toBe((before[index] ?? 0) + Number(counts['inserted']));
    expect(await unlikeTruth(dataset, day)).toEqual([]);
  }
});

/** What a careless server might add: it repeats what it was asked about, or with. */
const indiscreet =
  'for +19995550123 at https://files.example/1.csv?X-Amz-Signature=0123456789abcdef0123456789abcdef ' +
  'with Bearer eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl';

it('a CXone that says too soon, in words or without any, is asked again', async () => {
  environment.simulator.setFaults([
    {
      name: 'extractionBusy',
      match: { path: '/jobs' },
      onCall: 1,
      args: { body: `Only one request is allowed every 30 seconds ${indiscreet}` },
    },
    { name: 'extractionBusy', match: { path: '/jobs' }, onCall: 2, args: { body: 'Forbidden' } },
    { name: 'status', match: { path: '/jobs/' }, onCall: 1, args: { status: 500, body: indiscreet } },
    { name: 'status', match: { family: 'file' }, onCall: 1, args: { status: 403, body: indiscreet } },
    { name: 'mediaTruncated', match: { family: 'file' }, onCall: 2 },
  ]);
  environment.simulator.journal.clear();
  const day = { from: '2025-03-09', to: '2025-03-10' };
  const { status } = await extract('interaction-metadata', day);
  expect(status).toBe(0);
  expect(asked(403)).toHaveLength(2);
  expect(await unlikeTruth('interaction-metadata', day)).toEqual([]);
});

describe('a permission that is missing', () => {
  const day = { from: '2025-03-08', to: '2025-03-09' };
  const id = idOf('evaluations', day.from);

  it('parks the dataset it is for, says which it is, and holds up no other', async () => {
    environment.simulator.setFaults([{ name: 'entityForbidden', args: { entity: 'qm-workflows' } }]);
    const { status, document, stderr } = await extract('evaluations', day);
    expect(status).toBe(4);
    expect(document).toMatchObject({ status: 'parked', code: 'ExtractionForbidden' });
    expect(stderr).toContain('QM Tools > Data Extraction APIs > QM Workflow API');
    expect(stderr).toContain(`npx cxone-sync resume ${id}`);
    await untilParked(environment, id);
    expect((await extract('interaction-metadata', day)).status).toBe(0);
    const [line] = await environment.query(
      `select status, error_code from cxone.extraction where dataset = 'evaluations' and day = $1`,
      [day.from],
    );
    expect(line).toEqual({ status: 'failed', error_code: 'ExtractionForbidden' });
  });

  it('is seen in the status, beside what is complete', async () => {
    const { stdout } = await runCommand(environment, ['status', ...acme]);
    expect(stdout).toMatch(/extract +interaction-metadata {2}last complete day 2025-03-11 \(4 in all\)/);
    expect(stdout).toMatch(/extract +evaluations {2}last complete day 2025-03-11 \(2 in all\), 1 failed/);
    expect(stdout).toContain(`then: npx cxone-sync resume ${id}`);
    expect((await runCommand(environment, ['status', ...acme, '--check'])).stderr).toContain(
      'acme: 1 days of evaluations failed',
    );
  });

  it('is given: the run goes on, and the day is whole', async () => {
    environment.simulator.setFaults([]);
    expect((await runCommand(environment, ['resume', id])).status).toBe(0);
    expect(await environment.client.workflow.getHandle(id).result()).toMatchObject({ status: 'complete' });
    expect(await unlikeTruth('evaluations', day)).toEqual([]);
  });
});

it('a row that cannot be read costs no other, and is stored once it can be', async () => {
  const day = { from: '2025-03-07', to: '2025-03-08' };
  environment.simulator.setFaults([{ name: 'csvRagged', args: { every: 10 } }]);
  const { status, document } = await extract('interaction-metadata', day);
  environment.simulator.setFaults([]);
  const rejected = Number(document['rejected']);
  expect([status, rejected > 2]).toEqual([0, true]);
  expect((await stored('interaction-metadata', day)).size).toBe(
    truth('interaction-metadata', day).size - rejected,
  );
  const kind = ['--kind', 'interaction-metadata'];
  const listed = await runJson('rejected', 'list', ...acme, ...kind);
  expect(listed.document).toMatchObject({ total: rejected });
  expect((await runCommand(environment, ['rejected', 'replay', ...acme, ...kind])).status).toBe(4);
  await environment.query(
    `update cxone.rejected_record set raw = jsonb_build_object('Segment ID', content_hash)::text
     where kind = 'interaction-metadata'`,
  );
  const replay = await runJson('rejected', 'replay', ...acme, ...kind);
  expect([replay.status, replay.document]).toMatchObject([0, { replayed: rejected, inserted: rejected }]);
});

it('the nightly schedules of both datasets are kept, and what they start loads the last days', async () => {
  const { document } = await runJson('schedule', 'apply', ...acme, '--every', '1h', '--no-reread');
  expect(document['schedules']).toEqual(
    ['incremental:acme', 'extract:acme:interaction-metadata', 'extract:acme:evaluations'].map((id) => ({
      id,
      done: 'created',
    })),
  );
  await environment.client.schedule.getHandle('extract:acme:evaluations').trigger();
  const runs = environment.client.workflow.list({
    query: `CxoneTrigger = 'schedule' and CxoneTenant = 'acme'`,
  });
  const started = async (): Promise<string> => {
    for await (const { workflowId, type } of runs) if (type === 'extractDataset') return workflowId;
    await new Promise((resolve) => setTimeout(resolve, 200));
    return started();
  };
  const report = await environment.client.workflow.getHandle(await started()).result();
  expect(report).toMatchObject({ dataset: 'evaluations', days: 1, status: 'complete' });
});

describe('what is extracted', () => {
  it('stands in its tables, and in no history and no log', async () => {
    const ids = [
      ...['2025-03-10', '2025-03-11'].flatMap((day) => datasets.map((dataset) => idOf(dataset, day))),
      // Runs in which much went wrong.
      idOf('interaction-metadata', '2025-03-09'),
      idOf('evaluations', '2025-03-08'),
    ];
    const histories = await Promise.all(
      ids.map((id) => exposeRun(environment.client.workflow.getHandle(id))),
    );
    const codes = ['CxoneUnavailable', 'ExtractionLinkExpired', 'IncompleteAnswer', 'ExtractionForbidden'];
    // A history keeps the last failure of a step only.
    const recorded = [...histories.map(({ text }) => text), worker.log()].join('\n');
    const seen = codes.filter((code) => recorded.includes(code));
    expect(seen).toEqual(codes);
    for (const { largestPayload } of histories) expect(largestPayload).toBeLessThan(16 * 1_024);
    const ledger = await environment.query<{ text: string }>(
      `select e::text as text from cxone.extraction e`,
    );
    const exposed = [
      ...histories,
      { where: 'the worker’s log', text: worker.log() },
      { where: 'the ledger', text: ledger.map(({ text }) => text).join('\n') },
    ];
    const forms = secretForms(environment.simulator);
    expect(leaks(forms, exposed)).toEqual([]);
    // The search would find them: comments and names of evaluators, numbers of callers.
    const tables = await environment.query<{ text: string }>(
      `select e::text as text from cxone.evaluation e
       union all select m::text from cxone.interaction_metadata m`,
    );
    const text = tables.map((row) => row.text).join('\n');
    const found = leaks(forms, [{ where: 'the tables', text }]).join('\n');
    for (const canary of ['cnry-', '19995550']) expect(found).toContain(canary);
  });

  it.each([
    ['days to come', ['--from', '2099-01-01', '--to', '2099-01-02'], /goes beyond today/],
    ['an unknown dataset', ['--dataset', 'calls'], /Allowed choices are interaction-metadata, evaluations/],
    ['an unknown tenant', ['--tenant', 'unknown'], /No tenant "unknown"/],
  ])('is not asked for by a wrong command: %s', async (_what, args, message) => {
    const usual = ['--dataset', 'evaluations', '--from', range.from, '--to', range.to];
    const { status, stderr } = await runCommand(environment, ['extract', ...acme, ...usual, ...args]);
    expect([status, stderr]).toEqual([2, expect.stringMatching(message)]);
  });
});
