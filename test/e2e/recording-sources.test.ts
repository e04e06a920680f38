import { writeFileSync } from 'node:fs';
import type { RecordingTruth } from '../../simulator';
import type { RecordingsDone } from '../../workflows/recordings/download-chunk';
import { taskQueues } from '../../workflows/task-queues';
import { exposeRun, leaks, secretForms } from './leaks';
import { runCommand } from './run-command';
import { openTestEnvironment, reportOf, settledDay as day, type TestEnvironment } from './test-environment';
import { compareIds, filesBelow, nothingDiffers } from './truth';

jest.setTimeout(180_000);

type Name = 'listed' | 'all';

const settings: Readonly<Record<Name, object>> = {
  listed: {
    recordedCalls: 'listed',
    extract: { interactionMetadata: true, secondsApart: 0 },
    // Chats are never recorded here: each of them would be a playback query in vain.
    recordedMediaTypeIds: [3, 4, 5],
  },
  all: {},
};

let environment: TestEnvironment;
let worker: { log(): string };
beforeAll(async () => {
  environment = await openTestEnvironment({
    simulator: {
      contactsPerDay: 90,
      loggedShare: 0.8,
      extractionSpacingSeconds: 0,
      // On CXone Recording, where no call is logged whether it is recorded or not.
      recorder: 'cxone',
      tenants: [{ name: 'listed' }, { name: 'all' }],
    },
  });
  const secrets: Record<string, string> = {};
  const tenants = environment.simulator.tenants.map(({ name, credentials }) => {
    const prefix = name.toUpperCase();
    secrets[`${prefix}_CLIENT_SECRET`] = credentials.clientSecret;
    secrets[`${prefix}_ACCESS_KEY_SECRET`] = credentials.accessKeySecret;
    return [
      name,
      {
        issuer: environment.simulator.address,
        clientId: credentials.clientId,
        clientSecret: { env: `${prefix}_CLIENT_SECRET` },
        accessKeyId: credentials.accessKeyId,
        accessKeySecret: { env: `${prefix}_ACCESS_KEY_SECRET` },
        allowInsecureHosts: ['127.0.0.1'],
        parkedTimeoutHours: 0,
        limits: { media: { requests: 1_000_000, perSeconds: 1 } },
        // Every call is old enough for its recording to be there.
        recordingGiveUpHours: 1,
        ...settings[name as Name],
      },
    ] as const;
  });
  writeFileSync(
    environment.env['TENANTS_FILE'] ?? '',
    JSON.stringify({ tenants: Object.fromEntries(tenants) }),
  );
  environment = { ...environment, env: { ...environment.env, ...secrets } };
  worker = await environment.startWorker(secrets);
});
afterEach(() => {
  environment.simulator.setFaults([]);
  environment.simulator.journal.clear();
});
afterAll(() => environment?.close());

interface Row {
  readonly master_contact_id: string;
  readonly segment_id: string | null;
  readonly status: string;
  readonly storage_key: string | null;
  readonly sha256: string | null;
  readonly last_error_code: string | null;
}

const rowsOf = (tenant: Name) =>
  environment.query<Row>('select * from cxone.recording where tenant = $1 order by master_contact_id', [
    tenant,
  ]);

/** The recordings that CXone has of a day. */
function truthOf(tenant: Name, { from, to } = day): readonly RecordingTruth[] {
  const found = environment.simulator.tenants.find(({ name }) => name === tenant);
  const window = { from: Date.parse(from), to: Date.parse(to), recordings: true };
  return found?.truth(window).recordings ?? [];
}

/** What is stored of a tenant is what CXone has, byte for byte, under the names of its segments. */
async function expectTruth(tenant: Name, truth: readonly RecordingTruth[]): Promise<void> {
  expect(truth.length).toBeGreaterThan(20);
  const stored = (await rowsOf(tenant)).filter(({ status }) => status === 'stored');
  const line = (id: unknown, segment: unknown, sha256: unknown): string => [id, segment, sha256].join(' ');
  expect(
    compareIds(
      truth.map((one) => line(one.masterContactId, one.segmentId, one.sha256)),
      stored.map((row) => line(row.master_contact_id, row.segment_id, row.sha256)),
    ),
  ).toEqual(nothingDiffers);
  const files = filesBelow(environment.recordingsFolder);
  for (const { storage_key: key, sha256 } of stored) expect(files.get(key ?? '')?.sha256).toBe(sha256);
}

const asked = (tenant: Name, family: 'media') => environment.simulator.journal.entries({ tenant, family });
const callsOf = (truth: readonly RecordingTruth[]): Set<string> =>
  new Set(truth.map(({ masterContactId }) => String(masterContactId)));

async function sweep(tenant: Name): Promise<RecordingsDone> {
  return environment.client.workflow.execute<(input: object) => Promise<RecordingsDone>>('sweepRecordings', {
    taskQueue: taskQueues.workflows,
    workflowId: `sweep-recordings:${tenant}`,
    args: [{ tenant }],
  });
}

describe('recordings by the listing', () => {
  it('are not waited for by the window, which reports them as pending and looks nothing up', async () => {
    const report = reportOf(await environment.sync({ ...day, tenant: 'listed' }));
    expect(report).toMatchObject({ status: 'complete', recordings: { stored: 0, absent: 0, failed: 0 } });
    expect(report.recordings.pending).toBeGreaterThan(30);
    expect(await sweep('listed')).toMatchObject({ stored: 0 });
    expect(asked('listed', 'media')).toEqual([]);
  });

  it('are looked up once they are listed: one playback query per call with audio, none for any other', async () => {
    const next = { from: day.to, to: new Date(Date.parse(day.to) + 86_400_000).toISOString() };
    const dates = [day.from, next.to].map((instant) => instant.slice(0, 10));
    const range = ['--tenant', 'listed', '--from', dates[0] ?? '', '--to', dates[1] ?? ''];
    const extract = await runCommand(environment, ['extract', '--dataset', 'interaction-metadata', ...range]);
    expect([extract.status, extract.stderr]).toEqual([0, expect.any(String)]);
    // The listing adds calls of its own, including those of the next day, of which no contact is stored.
    const truth = [...truthOf('listed'), ...truthOf('listed', next)];
    expect(await sweep('listed')).toMatchObject({ stored: truth.length, pending: 0, failed: 0 });
    await expectTruth('listed', truth);
    const playbackQueries = asked('listed', 'media').map(({ query }) => query['acd-call-id'] ?? '');
    expect(playbackQueries.toSorted()).toEqual([...callsOf(truth)].toSorted());
    const others = (await rowsOf('listed')).filter(({ status }) => status !== 'stored');
    expect(others.length).toBeGreaterThan(4);
    expect(new Set(others.map(({ status, last_error_code: code }) => `${status} ${code}`))).toEqual(
      new Set(['absent NotListed']),
    );
  });

  it('are done with: the window again finds nothing to look up, and counts what there is', async () => {
    const report = reportOf(await environment.sync({ ...day, tenant: 'listed' }));
    const rows = await rowsOf('listed');
    expect(report.recordings).toMatchObject({
      pending: 0,
      stored: truthOf('listed').length,
      absent: rows.filter(({ status }) => status === 'absent').length,
    });
    expect(asked('listed', 'media')).toEqual([]);
  });
});

describe('recordings of calls that are not logged', () => {
  const isLikely = `agent_id is not null and total_duration_seconds > 4`;
  const callsWith = async (condition: string): Promise<Set<string>> => {
    const found = await environment.query<{ id: string }>(
      `select distinct master_contact_id as id from cxone.contact
       where tenant = 'all' and media_type_id in (4, 5) and ${condition}`,
    );
    return new Set(found.map(({ id }) => id));
  };

  it('are all stored, a window waiting only for those of calls that an agent answered', async () => {
    const report = reportOf(await environment.sync({ ...day, tenant: 'all' }));
    const answered = await callsWith(isLikely);
    const truth = truthOf('all');
    expect(report).toMatchObject({ status: 'complete', recordings: { pending: 0, failed: 0 } });
    const playbackQueries = asked('all', 'media').map(({ query }) => query['acd-call-id'] ?? '');
    expect(playbackQueries.toSorted()).toEqual([...answered].toSorted());
    const ofAnswered = truth.filter(({ masterContactId }) => answered.has(String(masterContactId)));
    expect(report.recordings.stored).toBe(ofAnswered.length);
    expect(ofAnswered.length).toBeLessThan(truth.length);
  });

  it('are fetched by the sweep where no agent answered, by one query for each call', async () => {
    const done = await sweep('all');
    const truth = truthOf('all');
    await expectTruth('all', truth);
    const playbackQueries = asked('all', 'media').map(({ query }) => query['acd-call-id'] ?? '');
    const answered = await callsWith(isLikely);
    const others = [...(await callsWith('true'))].filter((id) => !answered.has(id));
    expect(playbackQueries.toSorted()).toEqual(others.toSorted());
    expect(done).toMatchObject({ pending: 0, failed: 0 });
    expect(await sweep('all')).toEqual({ stored: 0, pending: 0, failed: 0, bytes: 0 });
  });

  it('are what status counts the queries of', async () => {
    const { status, stdout } = await runCommand(environment, ['status', '--tenant', 'all', '--json']);
    expect(status).toBe(0);
    const { tenants } = JSON.parse(stdout) as {
      tenants: readonly { playback: object; recordings: object }[];
    };
    const calls = callsOf(truthOf('all')).size;
    expect(tenants[0]).toMatchObject({
      playback: {
        logged: { queries: 0, found: 0 },
        notLogged: { queries: (await callsWith('true')).size, found: calls },
      },
      recordings: { pending: 0, unlikely: 0, stored: truthOf('all').length },
    });
  });
});

describe('recordings of all tenants', () => {
  it('leave no link, token or secret in histories and logs', async () => {
    const runs: Awaited<ReturnType<typeof exposeRun>>[] = [];
    for await (const { workflowId, runId } of environment.client.workflow.list()) {
      runs.push(await exposeRun(environment.client.workflow.getHandle(workflowId, runId)));
    }
    expect(runs.length).toBeGreaterThanOrEqual(4);
    const exposed = [...runs, { where: 'the log', text: worker.log() }];
    expect(leaks(secretForms(environment.simulator), exposed)).toEqual([]);
  });
});
