import type { BackfillProgress } from '../../workflows/backfill/backfill-progress';
import { runCommand, type RunningCommand, startCommand } from './run-command';
import {
  eventually,
  openTestEnvironment,
  reportOf,
  settledDay as day,
  type TestEnvironment,
} from './test-environment';
import { compareIds, nothingDiffers, storedContacts, trueContacts } from './truth';

const contactsPerDay = 480;
const hourMs = 3_600_000;

let environment: TestEnvironment;
beforeAll(async () => {
  environment = await openTestEnvironment({
    simulator: { contactsPerDay, loggedShare: 0 },
    tenant: { pageSize: 10, maxContactsPerWindow: 150 },
  });
  await environment.startWorker();
});
afterAll(() => environment?.close());
afterEach(() => environment.simulator.setFaults([]));

/** `hours` hours from the start of the day that is `daysBefore` days before the settled one. */
function hoursOf(daysBefore: number, hours: number) {
  const from = Date.parse(day.from) - daysBefore * 86_400_000;
  return { from: new Date(from).toISOString(), to: new Date(from + hours * hourMs).toISOString() };
}

const backfill = (span: { from: string; to: string }, ...more: string[]) => [
  'backfill',
  '--tenant',
  'acme',
  '--from',
  span.from,
  '--to',
  span.to,
  '--window',
  '1h',
  '--json',
  ...more,
];

const documentOf = ({ stdout }: { readonly stdout: string }) => JSON.parse(stdout) as Record<string, unknown>;

async function expectTheTruth(span: { from: string; to: string }): Promise<number> {
  const truth = await trueContacts(environment, span);
  const stored = await storedContacts(environment, span);
  expect(compareIds(truth.keys(), stored.keys())).toEqual(nothingDiffers);
  return truth.size;
}

const progressOf = (id: string) =>
  environment.client.workflow.getHandle(id).query<BackfillProgress>('progress');

/** Waits until a command has started, or joined, the run and follows it. */
async function untilFollowing({ process: { stderr } }: RunningCommand): Promise<void> {
  let said = '';
  stderr?.on('data', (text: string) => (said += text));
  await eventually('a start', async () => expect(said).toContain('see http'));
}

/**
 * One request of the whole backfill is refused in a way only an operator can fix: its window fails. Not by a 403, which
 * is retried under a new token where the token is older than the command's sign-in.
 */
const oneRefusal = (slow = 0) => [
  { name: 'status' as const, match: { family: 'contacts' as const }, onCall: 8, args: { status: 400 } },
  ...(slow > 0
    ? [{ name: 'slow' as const, match: { family: 'contacts' as const }, args: { delayMs: slow } }]
    : []),
];

describe('cxone-sync backfill', () => {
  it('loads 30 windows though one fails, and that one too once it is fixed and retried', async () => {
    const span = hoursOf(5, 30);
    const started = await runCommand(environment, backfill(span, '--detach', '--concurrency', '2'));
    const id = String(documentOf(started)['workflowId']);
    expect(id).toMatch(/^backfill:acme:2025-03-05T00:00:00Z\/2025-03-06T06:00:00Z$/);
    environment.simulator.setFaults(oneRefusal(50));
    await eventually('a failed window', async () => expect((await progressOf(id)).failed).toBe(1), 60_000);
    const paused = await runCommand(environment, ['backfill', 'pause', id, '--json']);
    expect([paused.status, documentOf(paused)['stage']]).toEqual([0, 'paused']);
    expect(documentOf(paused)['failedWindows']).toMatchObject([{ code: 'BadRequest' }]);
    environment.simulator.setFaults([]);

    expect((await runCommand(environment, ['backfill', 'pause', id])).status).toBe(2);
    expect((await runCommand(environment, ['backfill', 'retry-failed', id])).status).toBe(0);
    expect((await runCommand(environment, ['backfill', 'concurrency', id, '6'])).status).toBe(0);
    const joining = startCommand(environment, backfill(span, '--concurrency', '2'));
    await untilFollowing(joining);
    expect((await runCommand(environment, ['backfill', 'resume', id])).status).toBe(0);
    const joined = await joining.ended;
    expect(joined.status).toBe(0);
    expect(documentOf(joined)).toMatchObject({ status: 'complete', windows: 30, complete: 30, failed: [] });
    expect(documentOf(joined)['contacts']).toBe(await expectTheTruth(span));
    expect((await runCommand(environment, ['backfill', 'pause', id])).stderr).toContain('is running');
  }, 240_000);

  it('ends with status 4 and each failed window’s code; the same command then runs that one alone', async () => {
    const span = hoursOf(8, 6);
    environment.simulator.setFaults(oneRefusal());
    const first = await runCommand(environment, backfill(span));
    expect(first.status).toBe(4);
    expect(documentOf(first)).toMatchObject({
      status: 'incomplete',
      complete: 5,
      failed: [{ code: 'BadRequest' }],
    });
    expect(first.stderr).toContain('1 of 6 windows are not complete');
    environment.simulator.setFaults([]);
    const again = await runCommand(environment, backfill(span));
    expect(again.status).toBe(0);
    expect(documentOf(again)).toMatchObject({ status: 'complete', complete: 1, skipped: 5 });
    await expectTheTruth(span);

    const wider = await runCommand(environment, backfill({ ...span, to: hoursOf(8, 8).to }));
    expect(documentOf(wider)).toMatchObject({ status: 'complete', windows: 8, complete: 2, skipped: 6 });
    const forced = await runCommand(environment, backfill(span, '--force'));
    expect(documentOf(forced)).toMatchObject({ status: 'complete', complete: 6, skipped: 0 });
  }, 240_000);

  it('leaves the backfill running at Ctrl-C', async () => {
    const span = hoursOf(11, 4);
    environment.simulator.setFaults([
      { name: 'slow', match: { family: 'contacts' }, args: { delayMs: 400 } },
    ]);
    const command = startCommand(
      environment,
      backfill(span).filter((arg) => arg !== '--json'),
    );
    await untilFollowing(command);
    command.process.kill('SIGINT');
    const { status, stderr } = await command.ended;
    expect([status, stderr]).toEqual([130, expect.stringContaining('the run goes on')]);
    environment.simulator.setFaults([]);
    expect((await runCommand(environment, backfill(span))).status).toBe(0);
  }, 120_000);

  it.each([
    ['an odd length', ['--window', '1w'], '"1w" is not a length such as "1d", "6h" or "30m"'],
    [
      'too many windows',
      ['--window', '2m', '--to', hoursOf(-1, 0).to, '--from', '2024-01-01T00:00:00Z'],
      '10000',
    ],
    ['a width out of bounds', ['--concurrency', '33'], 'from 1 to 32'],
  ])('refuses %s with status 2', async (_what, more, message) => {
    const { status, stderr } = await runCommand(environment, backfill(hoursOf(5, 1), ...more));
    expect([status, stderr]).toEqual([2, expect.stringContaining(message)]);
  });
});

describe('a window with more contacts than the tenant’s maxContactsPerWindow', () => {
  it('is read in halves, and its line in the ledger has their sums', async () => {
    const report = reportOf(await environment.sync(day));
    expect(report).toMatchObject({ status: 'complete', expected: contactsPerDay, fetched: contactsPerDay });
    expect(report.inserted + report.unchanged + report.updated).toBe(contactsPerDay);
    expect(await expectTheTruth(day)).toBe(contactsPerDay);
    const lines = await environment.query<{ hours: number; fetched: number; inserted: number }>(
      `select extract(epoch from window_end - window_start)::int / 3600 as hours, fetched, inserted
       from cxone.sync_window
       where status = 'complete' and window_start >= $1 and window_end <= $2 order by 1 desc`,
      [day.from, day.to],
    );
    expect(lines[0]).toEqual({ hours: 24, fetched: contactsPerDay, inserted: contactsPerDay });
    const halves = lines.filter(({ hours }) => hours === 12);
    expect(halves.reduce((sum, { fetched }) => sum + fetched, 0)).toBe(contactsPerDay);
    expect(Math.min(...lines.map(({ hours }) => hours))).toBeLessThan(12);
  }, 120_000);
});
