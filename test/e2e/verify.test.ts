// One file beyond 400 lines: a further suite would make one more database and start one more simulator and worker.
import { mkdirSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { BadRecordKind, FaultRule } from '../../simulator';
import { Reader } from '../unit/simulator/client';
import { runCommand, tenantsFile } from './run-command';
import {
  dayOf,
  openTestEnvironment,
  reportOf,
  settledDay as day,
  type Span,
  type TestEnvironment,
} from './test-environment';
import { runVerify } from './run-verify';
import { filesBelow, unlikeTruth } from './truth';

// Each test runs several command lines, each in a process of its own.
jest.setTimeout(180_000);

const contactsPerDay = 400;
const dayMs = 86_400_000;

let environment: TestEnvironment;
beforeAll(async () => {
  environment = await openTestEnvironment({
    simulator: { contactsPerDay, loggedShare: 0.1 },
    tenant: { pageSize: 100, pagesInFlight: 3 },
  });
  await environment.startWorker();
  reportOf(await environment.sync(twoDays));
});
afterAll(() => environment?.close());
beforeEach(() => environment.simulator.journal.clear());
afterEach(() => environment.simulator.setFaults([]));

const dayAgo = (days: number): Span => dayOf(Date.parse(day.from) - days * dayMs);
const twoDays: Span = { from: dayAgo(1).from, to: day.to };

/** Runs `verify --json` on the test environment. */
const verify = async (span: Span, ...flags: readonly string[]) => runVerify(environment, span, ...flags);

const expectTruthIsStored = async (span: Span) => expect(await unlikeTruth(environment, span)).toEqual([]);

/** Ids of the day's first contacts in the store. */
const firstIds = async (span: Span, count: number): Promise<string[]> => {
  const rows = await environment.query<{ contact_id: string }>(
    `select contact_id from cxone.contact where contact_start_date >= $1 and contact_start_date < $2
     order by contact_id limit $3`,
    [span.from, span.to, count],
  );
  return rows.map(({ contact_id }) => contact_id);
};

describe('a copy that is whole', () => {
  it('is proven by one small request a day, without a run', async () => {
    const { status, ok, totals, days, stderr } = await verify(twoDays);
    expect({ status, ok, totals }).toEqual({
      status: 0,
      ok: true,
      totals: { days: 2, different: 0, repaired: 0 },
    });
    expect(days).toEqual(
      [dayAgo(1), day].map(({ from, to }) => ({
        day: from.slice(0, 10),
        from,
        to,
        comparedBy: 'counts',
        source: contactsPerDay,
        stored: contactsPerDay,
        rejected: 0,
        absent: 0,
        missing: null,
        stale: null,
        vanished: null,
        verdict: 'equal',
      })),
    );
    expect(stderr).toContain('All days are equal.');
    const asked = environment.simulator.journal.entries({ family: 'contacts' });
    expect(asked.map(({ query }) => query['top'])).toEqual(['50', '50']);
  });

  it('is equal by ids, too, with no other field asked for than what identifies contacts', async () => {
    const { status, days } = await verify(twoDays, '--ids');
    expect(status).toBe(0);
    expect(days).toMatchObject([
      { comparedBy: 'ids', missing: 0, stale: 0, vanished: 0, verdict: 'equal' },
      { comparedBy: 'ids', missing: 0, stale: 0, vanished: 0, verdict: 'equal' },
    ]);
    const fields = environment.simulator.journal
      .entries({ family: 'contacts' })
      .map(({ query }) => query['fields']);
    expect(new Set(fields)).toEqual(new Set(['contactId,contactStartDate,lastUpdateTime']));
  });

  it('is compared within a part of a day', async () => {
    const part = {
      from: `${day.from.slice(0, 10)}T09:30:00.000Z`,
      to: `${day.from.slice(0, 10)}T15:00:00.500Z`,
    };
    const { status, days } = await verify(part, '--ids');
    const { contacts } = environment.simulator.truth({
      from: Date.parse(part.from),
      to: Date.parse(part.to),
    });
    expect(status).toBe(0);
    expect(days).toMatchObject([{ ...part, source: contacts, stored: contacts, verdict: 'equal' }]);
  });

  it('is compared under the filter of the tenant, one pass for each of its ids', async () => {
    const file = tenantsFile(environment, 'filtered', { skillIds: [4_501, 4_503], pageSize: 50 });
    const args = ['verify', '--tenant', 'acme', '--from', day.from, '--to', day.to, '--ids', '--json'];
    const { status, stdout } = await runCommand(environment, args, { TENANTS_FILE: file });
    const window = { from: Date.parse(day.from), to: Date.parse(day.to), skillIds: [4_501, 4_503] };
    const { contacts } = environment.simulator.truth(window);
    expect(contacts).toBeGreaterThan(50);
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ days: [{ source: contacts, stored: contacts }] });
    const skills = environment.simulator.journal
      .entries({ family: 'contacts' })
      .map(({ query }) => query['skillId']);
    expect(new Set(skills)).toEqual(new Set(['4501', '4503']));
  });

  it('is a table for people, with progress on stderr and nothing personal anywhere', async () => {
    const args = ['verify', '--tenant', 'acme', '--from', twoDays.from, '--to', twoDays.to, '--recordings'];
    const { status, stdout, stderr } = await runCommand(environment, args);
    expect(status).toBe(0);
    const [head, ...rows] = stdout.trim().split('\n');
    expect(head).toMatch(/^day .*source .*stored .*missing .*vanished .*files .*verdict$/);
    expect(rows).toHaveLength(2);
    for (const row of rows) expect(row).toMatch(/^2025-03-\d\d +400 +400 +0 +0 +· +· +· .*equal \(count\)$/);
    expect(stderr).toContain('comparing contacts');
    for (const canary of environment.simulator.canaries) expect(stdout + stderr).not.toContain(canary);
  });
});

describe('rows of the store that are not as they should be', () => {
  it('missing ones are found by their count, and brought back', async () => {
    const ids = await firstIds(day, 3);
    await environment.query('delete from cxone.contact where contact_id = any($1)', [ids]);
    const found = await verify(twoDays);
    expect(found).toMatchObject({ status: 4, ok: false, totals: { days: 2, different: 1, repaired: 0 } });
    expect(found.days).toMatchObject([
      { comparedBy: 'counts', verdict: 'equal' },
      { comparedBy: 'ids', verdict: 'different', stored: 397, missing: 3, stale: 0, vanished: 0 },
    ]);
    expect(found.days[1]?.examples?.['missing']?.toSorted()).toEqual(ids);

    const fixed = await verify(twoDays, '--fix');
    expect(fixed).toMatchObject({ status: 0, ok: true, totals: { days: 2, different: 0, repaired: 1 } });
    expect(fixed.days[0]).not.toHaveProperty('repair');
    expect(fixed.days[1]).toMatchObject({
      comparedBy: 'ids',
      verdict: 'equal',
      missing: 0,
      found: { missing: 3, verdict: 'different' },
      repair: { ok: true, workflowId: 'sync-window:acme:2025-03-10T00:00:00Z/2025-03-11T00:00:00Z' },
    });
    await expectTruthIsStored(twoDays);
  });

  it('stale ones are found by their ids only, and renewed', async () => {
    await environment.query(
      `update cxone.contact set last_update_time = last_update_time - interval '1 ms' where contact_id = any($1)`,
      [await firstIds(day, 2)],
    );
    expect((await verify(day)).status).toBe(0);
    const found = await verify(day, '--ids');
    expect(found).toMatchObject({ status: 4, days: [{ missing: 0, stale: 2, vanished: 0 }] });
    expect((await verify(day, '--ids', '--fix')).status).toBe(0);
    await expectTruthIsStored(day);
  });

  it('one missing beside one too many is found by ids, and both are fixed; nothing is deleted', async () => {
    const [id = ''] = await firstIds(day, 1);
    await environment.query('update cxone.contact set contact_id = 77 where contact_id = $1', [id]);
    expect((await verify(day)).status).toBe(0);
    const found = await verify(day, '--ids');
    expect(found).toMatchObject({ status: 4, days: [{ source: 400, stored: 400, missing: 1, vanished: 1 }] });
    expect(found.days[0]?.examples).toEqual({ missing: [id], stale: [], vanished: ['77'] });
    const fixed = await verify(day, '--ids', '--fix');
    expect(fixed).toMatchObject({ status: 0, days: [{ stored: 400, absent: 1, missing: 0, vanished: 0 }] });
    expect(
      await environment.query(
        'select absent_since is not null as absent from cxone.contact where contact_id = 77',
      ),
    ).toEqual([{ absent: true }]);
    // A tombstone is no difference the next time.
    expect((await verify(day, '--ids')).status).toBe(0);
    expect((await verify(day)).days).toMatchObject([{ comparedBy: 'counts', absent: 1 }]);
  });

  it('marked absent while CXone returns them are found and lose the mark', async () => {
    await environment.query('update cxone.contact set absent_since = now() where contact_id = any($1)', [
      await firstIds(dayAgo(1), 2),
    ]);
    expect(await verify(twoDays)).toMatchObject({ status: 4, days: [{ missing: 2, absent: 0 }, {}] });
    expect((await verify(twoDays, '--fix')).status).toBe(0);
    await expectTruthIsStored(twoDays);
  });
});

describe('what changed in CXone behind the back of the store', () => {
  const span = dayAgo(3);

  /** Changes rows of the day, as happens between two syncs. */
  async function change(rule: FaultRule): Promise<void> {
    environment.simulator.setFaults([{ ...rule, match: { family: 'contacts' }, times: 1 }]);
    const reader = await Reader.of(environment.simulator);
    const endDate = new Date(Date.parse(span.to) - 1).toISOString();
    await reader.page({ startDate: span.from, endDate, top: 1, orderBy: 'contactStartDate asc' });
    environment.simulator.setFaults([]);
  }

  it('is found, repaired, and equal afterwards', async () => {
    reportOf(await environment.sync(span));
    await change({ name: 'updateRows', args: { count: 5 } });
    await change({ name: 'removeRows', args: { count: 2 } });
    await change({ name: 'insertLate', args: { count: 4 } });
    const found = await verify(span);
    expect(found).toMatchObject({
      status: 4,
      days: [{ source: contactsPerDay + 2, stored: contactsPerDay, missing: 4, stale: 3, vanished: 2 }],
    });
    const fixed = await verify(span, '--fix');
    expect(fixed).toMatchObject({
      status: 0,
      days: [{ source: contactsPerDay + 2, stored: contactsPerDay + 2, absent: 2, missing: 0, stale: 0 }],
    });
    await expectTruthIsStored(span);
  });
});

describe('records that cannot be stored', () => {
  const span = dayAgo(5);
  const kinds: readonly BadRecordKind[] = [
    'missingKey',
    'nullKey',
    'giantId',
    'badDate',
    'hugeId',
    'idAsText',
    'nul',
  ];
  const unusable: ReadonlySet<BadRecordKind> = new Set(['missingKey', 'nullKey', 'giantId', 'badDate']);
  const faults: readonly FaultRule[] = [{ name: 'badRecords', args: { kinds, every: 8 } }];

  it('count as held where they were rejected, and as missing once CXone has fixed them', async () => {
    environment.simulator.setFaults(faults);
    const { badRecords } = environment.simulator.truth({
      from: Date.parse(span.from),
      to: Date.parse(span.to),
    });
    const rejected = badRecords.filter(({ kind }) => unusable.has(kind)).length;
    const huge = badRecords.filter(({ kind }) => kind === 'hugeId').length;
    expect(new Set(badRecords.map(({ kind }) => kind))).toEqual(new Set(kinds));
    reportOf(await environment.sync(span));

    const held = { source: contactsPerDay, stored: contactsPerDay - rejected, rejected, verdict: 'equal' };
    expect(await verify(span, '--ids')).toMatchObject({ status: 0, days: [{ ...held, missing: 0 }] });
    expect(await verify(span)).toMatchObject({ status: 0, days: [held] });

    // One of them gets lost.
    await environment.query(
      `delete from cxone.rejected_record where ctid = (
         select ctid from cxone.rejected_record where field = 'contactId' limit 1)`,
    );
    expect(await verify(span)).toMatchObject({ status: 4, days: [{ rejected: rejected - 1, missing: 1 }] });
    expect(await verify(span, '--fix')).toMatchObject({ status: 0, days: [{ rejected, missing: 0 }] });

    environment.simulator.setFaults([]);
    const differences = { rejected: 0, missing: rejected + huge, vanished: huge };
    expect(await verify(span, '--ids')).toMatchObject({ status: 4, days: [differences] });
    const fixed = await verify(span, '--ids', '--fix');
    expect(fixed).toMatchObject({ status: 0, days: [{ stored: contactsPerDay, absent: huge, missing: 0 }] });
  });
});

describe('recordings', () => {
  const stored = () =>
    environment.query<{ storage_key: string; sha256: string }>(
      `select storage_key, sha256 from cxone.recording where status = 'stored' order by storage_key`,
    );
  const whole = async () => {
    const files = filesBelow(environment.recordingsFolder);
    return (await stored()).filter(({ storage_key, sha256 }) => files.get(storage_key)?.sha256 !== sha256);
  };

  it('that are whole are read again and found so', async () => {
    const { status, days } = await verify(twoDays, '--recordings');
    const checked = days.map(({ recordings }) => recordings?.['checked'] ?? 0);
    expect(status).toBe(0);
    expect(days).toMatchObject([{ recordings: { missing: 0, changed: 0 } }, { recordings: { changed: 0 } }]);
    const files = await environment.query<{ n: number }>(
      `select count(distinct (r.master_contact_id, r.segment_id))::int as n
       from cxone.recording r join cxone.contact c using (tenant, master_contact_id)
       where r.status = 'stored' and c.contact_start_date >= $1 and c.contact_start_date < $2`,
      [twoDays.from, twoDays.to],
    );
    expect(checked.reduce((a, b) => a + b)).toBe(files[0]?.n);
  });

  it('that are gone or damaged are found, fetched again, and whole afterwards', async () => {
    const dayPath = `acme/${day.from.slice(0, 10).replaceAll('-', '/')}/`;
    const [gone, shorter, other] = (await stored())
      .map(({ storage_key }) => storage_key)
      .filter((key) => key.startsWith(dayPath))
      .map((key) => join(environment.recordingsFolder, key));
    rmSync(gone ?? '');
    truncateSync(shorter ?? '', 10);
    const before = filesBelow(environment.recordingsFolder).size;
    writeFileSync(other ?? '', 'not a recording');

    expect((await verify(day)).status).toBe(0);
    const found = await verify(day, '--recordings');
    expect(found).toMatchObject({
      status: 4,
      days: [{ verdict: 'equal', recordings: { missing: 1, changed: 2 } }],
    });
    // Looking changes nothing.
    expect(
      await environment.query(`select from cxone.recording where last_error_code = 'RecordingMissing'`),
    ).toEqual([]);

    const fixed = await verify(day, '--recordings', '--fix');
    expect(fixed).toMatchObject({
      status: 0,
      days: [
        {
          recordings: { missing: 0, changed: 0, unrepaired: 0 },
          found: { recordings: { missing: 1, changed: 2 } },
          repair: { ok: true },
        },
      ],
    });
    expect(await whole()).toEqual([]);
    expect(filesBelow(environment.recordingsFolder).size).toBe(before + 1);
  });

  it('that CXone no longer has are said to be lost', async () => {
    const lost = (await stored()).find(({ storage_key }) => storage_key.includes('/03/10/'));
    rmSync(join(environment.recordingsFolder, lost?.storage_key ?? 'none'));
    environment.simulator.setFaults([{ name: 'mediaMissing', match: { family: 'media' } }]);
    const fixed = await verify(day, '--recordings', '--fix');
    expect(fixed).toMatchObject({
      status: 4,
      days: [{ recordings: { unrepaired: 1 }, repair: { ok: true } }],
    });
  });

  it('of which none is there mean another storage: nothing is set back', async () => {
    const empty = join(environment.folder, 'empty');
    mkdirSync(empty);
    const before = await stored();
    const args = [
      'verify',
      '--tenant',
      'acme',
      '--from',
      twoDays.from,
      '--to',
      twoDays.to,
      '--recordings',
      '--fix',
    ];
    const { status, stderr } = await runCommand(environment, args, {
      RECORDINGS_URL: pathToFileURL(empty).href,
    });
    expect(status).toBe(3);
    expect(stderr).toMatch(/lacks the mark .*0 of 20 recordings looked for are there/);
    expect(readdirSync(empty)).toEqual([]);
    expect(await stored()).toEqual(before);
  });
});

describe('what cannot be reached or is refused', () => {
  const args = ['verify', '--tenant', 'acme', '--from', day.from, '--to', day.to];

  it('ends with status 3 when CXone forbids it, at once', async () => {
    environment.simulator.setFaults([{ name: 'forbidden', match: { family: 'contacts' } }]);
    const { status, stdout } = await runCommand(environment, [...args, '--json']);
    expect(status).toBe(3);
    expect(JSON.parse(stdout)).toMatchObject({ ok: false, error: { code: expect.any(String) } });
  });

  it('is asked again when it may pass', async () => {
    environment.simulator.setFaults([
      { name: 'status', match: { family: 'contacts' }, times: 2, args: { status: 503, retryAfter: 1 } },
    ]);
    expect((await runCommand(environment, args)).status).toBe(0);
  });

  it.each([
    ['the database', { DATABASE_URL: 'postgresql://x@127.0.0.1:1/x' }, []],
    ['Temporal, which only a repair needs', { TEMPORAL_ADDRESS: '127.0.0.1:1' }, ['--fix']],
  ])('ends with status 3 when it is %s', async (_what, change, flags) => {
    expect((await runCommand(environment, [...args, ...flags], change)).status).toBe(3);
  });

  it('does without Temporal and workers as long as nothing is repaired', async () => {
    expect((await runCommand(environment, args, { TEMPORAL_ADDRESS: '127.0.0.1:1' })).status).toBe(0);
  });

  it.each([
    ['a window that is none', ['--from', day.to, '--to', day.from]],
    ['an unknown tenant', ['--tenant', 'acne']],
  ])('ends with status 2 for %s', async (_what, flags) => {
    expect((await runCommand(environment, [...args, ...flags])).status).toBe(2);
  });
});
