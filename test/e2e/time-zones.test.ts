import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { syncWindowId } from '../../workflows/ids';
import { parseSyncWindowInput } from '../../workflows/inputs';
import { taskQueues } from '../../workflows/task-queues';
import { mainScript, openTestEnvironment, type Span, type TestEnvironment } from './test-environment';
import { filesBelow, unlikeTruth } from './truth';

jest.setTimeout(240_000);

const hourMs = 3_600_000;
/** Long after all data, so that nothing changes any more. */
const settled = Date.parse('2025-11-20T12:00:00Z');

/** The hours in which clocks are changed: New York forward, Auckland back, Auckland forward, New York back. */
const changes = [
  '2025-03-09T07:00:00Z',
  '2025-04-05T14:00:00Z',
  '2025-09-27T14:00:00Z',
  '2025-11-02T06:00:00Z',
].map((moment) => Date.parse(moment));
/** A day on either side, so that both local days are in it that touch the change. */
const around = (change: number): Span => ({
  from: new Date(change - 24 * hourMs).toISOString(),
  to: new Date(change + 24 * hourMs).toISOString(),
});

const zones = ['UTC', 'America/New_York', 'Pacific/Auckland'] as const;

/** A test environment whose program, command lines and database all believe to be somewhere. */
async function openIn(zone: string, clock: () => number): Promise<TestEnvironment> {
  const environment = await openTestEnvironment({
    simulator: { clock, contactsPerDay: 40, agents: 8, loggedShare: 0.2 },
    tenant: { pageSize: 20, recordingGiveUpHours: 8_760 },
  });
  const database = new URL(environment.databaseUrl).pathname.slice(1);
  const client = new Client({ connectionString: environment.databaseUrl });
  await client.connect();
  await client.query(`alter database ${database} set timezone = '${zone}'`);
  await client.end();
  await environment.startWorker({ TZ: zone });
  return environment;
}

/** Runs one command line after the other: loading the program takes longer than most of them. */
const oneAfterTheOther = `
const { main } = require(process.argv[1]);
(async () => {
  for (const args of JSON.parse(process.argv[2])) {
    const status = await main(args);
    if (status !== 0) throw new Error(args.join(' ') + ' ended with ' + status);
  }
})();`;

/** Runs command lines there, in one process, and returns their documents. @throws Error unless all end with 0 */
async function run(environment: TestEnvironment, zone: string, lines: readonly (readonly string[])[]) {
  const all = lines.map((line) => [...line, '--tenant', 'acme', '--json']);
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['-e', oneAfterTheOther, mainScript, JSON.stringify(all)],
    { env: { ...environment.env, TZ: zone } },
  );
  const documents = stdout.trim().split('\n');
  expect(documents).toHaveLength(lines.length);
  return documents.map((document) => JSON.parse(document) as Record<string, unknown>);
}

/** Everything the program leaves behind, but for when and by whom it was done. */
async function traces(environment: TestEnvironment) {
  const contacts = await environment.query(
    `select to_jsonb(c) - array['first_synced_at', 'synced_at', 'absent_since'] as row,
            extract(epoch from c.contact_start_date)::text as start, extract(epoch from c.last_update_time)::text as update,
            c.absent_since is null as present
     from cxone.contact c order by contact_id`,
  );
  // In JSON, instants have the session's zone, so they are taken from the columns instead.
  const zoneless = contacts.map(({ row, ...rest }) => ({ ...rest, row: withoutZones(row) }));
  // A live window leaves its recordings to a sweep, which may be ahead of its closing or behind it.
  const windows = await environment.query(
    `select extract(epoch from window_start)::text as start, extract(epoch from window_end)::text as end, read_by, status,
            expected, fetched, inserted, updated, unchanged, rejected, absent,
            case when read_by = 'start' then array[recordings_stored, recordings_pending] end as recordings
     from cxone.sync_window order by window_start, window_end, read_by`,
  );
  const recordings = await environment.query(
    `select master_contact_id, segment_id, status, storage_key, sha256, extract(epoch from start_time)::text as start
     from cxone.recording order by master_contact_id, segment_id`,
  );
  // A sweep that is still running also does the next tick's work, so there may be more or fewer runs of one id.
  const ids = new Set<string>();
  for await (const { workflowId } of environment.client.workflow.list()) ids.add(workflowId);
  return {
    contacts: zoneless,
    windows,
    recordings,
    files: [...filesBelow(environment.recordingsFolder).keys()].sort(),
    runs: [...ids].sort(),
  };
}

/** A row as JSON with every instant in UTC. */
function withoutZones(row: unknown): unknown {
  return JSON.parse(JSON.stringify(row), (_key, value: unknown) =>
    typeof value === 'string' && /^\d{4}-\d\d-\d\dT[\d:.]+[+-]\d\d:\d\d$/.test(value)
      ? new Date(value).toISOString()
      : value,
  );
}

/** All that the program does with time, around every change of clocks. */
async function work(zone: string) {
  let now = settled;
  const environment = await openIn(zone, () => now);
  try {
    const spans = changes.map((change) => ['--from', around(change).from, '--to', around(change).to]);
    // A range as people there write it, over the hour that is left out.
    const local = ['--from', '2025-03-09T01:00:00-05:00', '--to', '2025-03-09T04:00:00-04:00'];
    const documents = await run(environment, zone, [
      ...spans.map((span) => ['backfill', ...span, '--window', '1d']),
      ...spans.map((span) => ['verify', ...span, '--ids']),
      ['sync', ...local],
    ]);
    const backfills = documents
      .splice(0, spans.length)
      .map(({ windows, complete, contacts }) => ({ windows, complete, contacts }));
    const verdicts = documents.splice(0, spans.length);
    const [{ expected, fetched } = {}] = documents;
    for (const change of changes) expect(await unlikeTruth(environment, around(change))).toEqual([]);
    const increments: unknown[] = [];
    for (const [tick, change] of changes.entries()) {
      await environment.query('delete from cxone.watermark');
      for (const minutes of [-20, 20]) {
        now = change + minutes * 60_000;
        const report = await environment.client.workflow.execute('incrementalSync', {
          taskQueue: taskQueues.workflows,
          workflowId: `incremental:acme-${tick}${minutes}`,
          args: [{ tenant: 'acme' }],
        });
        const [mark] = await environment.query<{ value: Date }>(
          `select value from cxone.watermark where stream = 'contacts'`,
        );
        const { from, to, fetched: read, expected: counted } = report as Record<string, unknown>;
        // A tick ends when its contacts are proven; its window goes on to its agents and its closing. A tick that finds
        // nothing new has closed the ledger's line itself.
        const [line] = await environment.query<{ by: string }>(
          `select workflow_id as by from cxone.sync_window
           where window_start = $1 and window_end = $2 and read_by = 'update'`,
          [from, to],
        );
        if (!line?.by.startsWith('incremental:')) {
          const window = parseSyncWindowInput({ tenant: 'acme', from, to, by: 'update' });
          await environment.client.workflow.getHandle(syncWindowId(window)).result();
        }
        increments.push([read, counted, mark?.value.toISOString()]);
      }
    }
    await environment.client.workflow.getHandle('sweep-recordings:acme').result();
    return { backfills, verdicts, sync: { expected, fetched }, increments, ...(await traces(environment)) };
  } finally {
    await environment.close();
  }
}

describe('wherever it runs, across every change of clocks', () => {
  // All at the same time: most of it is waiting.
  const works = new Map<string, ReturnType<typeof work>>();
  let home: Awaited<ReturnType<typeof work>>;
  beforeAll(async () => {
    for (const zone of zones) works.set(zone, work(zone));
    await Promise.allSettled(works.values());
    home = (await works.get('UTC')) as typeof home;
  });

  it('does its work at home', () => {
    expect(home.contacts.length).toBeGreaterThan(250);
    expect(home.recordings.length).toBeGreaterThan(10);
    expect(home.backfills).toMatchObject(changes.map(() => ({ windows: 3, complete: 3 })));
    expect(home.increments.map((increment) => (increment as unknown[])[2])).toEqual(
      changes.flatMap((change) =>
        [-20, 20].map((minutes) => new Date(change + minutes * 60_000).toISOString()),
      ),
    );
  });

  it.each(zones.slice(1))('leaves the same behind in %s', async (zone) => {
    expect(await works.get(zone)).toEqual(home);
  });
});
