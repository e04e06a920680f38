import type { BadRecordKind } from '../../simulator';
import { kindsDrawn } from '../chaos/data-faults';
import { ask } from '../unit/simulator/client';
import {
  openTestEnvironment,
  reportOf,
  settledDay as day,
  type Span,
  type TestEnvironment,
} from './test-environment';
import {
  compareIds,
  filesBelow,
  nothingDiffers,
  type StoredRow,
  storedContacts,
  trueContacts,
} from './truth';

const contactsPerDay = 1_200;

let environment: TestEnvironment;
beforeAll(async () => {
  environment = await openTestEnvironment({
    simulator: { contactsPerDay, loggedShare: 0.1 },
    tenant: { pageSize: 100, pagesInFlight: 3 },
  });
  await environment.startWorker();
});
afterAll(() => environment?.close());
beforeEach(() => environment.simulator.journal.clear());
afterEach(() => environment.simulator.setFaults([]));

/** Tests work on days of their own, so that none finds what another one stored. */
function dayAfter(days: number): Span {
  const shift = (stamp: string): string => new Date(Date.parse(stamp) - days * 86_400_000).toISOString();
  return { from: shift(day.from), to: shift(day.to) };
}

async function expectTruthIsStored(span: Span): Promise<void> {
  const truth = await trueContacts(environment, span);
  expect(compareIds(truth.keys(), (await storedContacts(environment, span)).keys())).toEqual(nothingDiffers);
}

describe('records that are not as they should be', () => {
  const span = dayAfter(1);
  const unusable: ReadonlySet<BadRecordKind> = new Set(['missingKey', 'nullKey', 'giantId', 'badDate']);
  const window = { from: Date.parse(span.from), to: Date.parse(span.to) };
  const faults = [{ name: 'badRecords' as const, args: { kinds: kindsDrawn, every: 6 } }];

  /** Stored rows of the contacts that are spoilt in one way; at least one. */
  async function rowsSpoiltBy(kind: BadRecordKind): Promise<StoredRow[]> {
    environment.simulator.setFaults(faults);
    const { badRecords } = environment.simulator.truth(window);
    const ids = badRecords
      .filter((record) => record.kind === kind)
      .map(({ contactId }) => (kind === 'hugeId' ? `7${contactId}000003` : String(contactId)));
    const rows = await environment.query<StoredRow>(
      'select * from cxone.contact where contact_id = any($1::bigint[])',
      [ids],
    );
    expect(ids.length).toBeGreaterThan(0);
    expect(
      compareIds(
        ids,
        rows.map((row) => String(row['contact_id'])),
      ),
    ).toEqual(nothingDiffers);
    return rows;
  }

  const rejectedRows = () =>
    environment.query<{ reason: string; field: string | null; raw: string; kind: string }>(
      'select kind, reason, field, raw from cxone.rejected_record order by content_hash',
    );

  it('cost no good one: those that cannot be stored are kept with a reason, all others are stored', async () => {
    environment.simulator.setFaults(faults);
    const { badRecords } = environment.simulator.truth(window);
    const rejected = badRecords.filter(({ kind }) => unusable.has(kind));
    expect(new Set(badRecords.map(({ kind }) => kind))).toEqual(new Set(kindsDrawn));

    const report = reportOf(await environment.sync(span));
    expect(report).toMatchObject({
      status: 'complete',
      expected: contactsPerDay,
      fetched: contactsPerDay,
      inserted: contactsPerDay - rejected.length,
      rejected: rejected.length,
      absent: 0,
    });
    const rows = await rejectedRows();
    expect(rows).toHaveLength(rejected.length);
    for (const { reason, field, raw, kind } of rows) {
      expect({ kind, field }).toEqual({
        kind: 'contacts',
        field: expect.stringMatching(/^contact(Id|StartDate)$/),
      });
      expect(reason).toContain(field);
      expect(JSON.parse(raw)).toHaveProperty('masterContactId');
    }
    const { body } = await ask(
      `${environment.simulator.address}/simulator/truth/contacts?${new URLSearchParams({ ...span }).toString()}`,
    );
    const served = body.toString().trim().split('\n');
    const spoilt = new Set(badRecords.map(({ contactId }) => String(contactId)));
    const sound = served
      .map((line) => String((JSON.parse(line) as { contactId?: unknown }).contactId))
      .filter((id) => /^\d{12}$/.test(id) && !spoilt.has(id));
    expect(sound).toHaveLength(contactsPerDay - badRecords.length);
    const { missing } = compareIds(sound, (await storedContacts(environment, span)).keys());
    expect(missing).toEqual([]);
  });

  it.each(['nul', 'loneSurrogate'] as const)(
    'with text PostgreSQL cannot hold (%s) are stored and flagged',
    async (kind) => {
      for (const row of await rowsSpoiltBy(kind)) {
        expect(row['sanitised']).toEqual(['dispositionNotes']);
        expect(row['disposition_notes']).toContain('\ufffd');
      }
    },
  );

  it('with numbers, booleans and ids as text are read as what they are', async () => {
    for (const row of await rowsSpoiltBy('numberAsText')) expect(row['hold_count']).toMatch(/^\d+$/);
    for (const row of await rowsSpoiltBy('booleanAsText')) expect(typeof row['is_takeover']).toBe('boolean');
    await rowsSpoiltBy('idAsText');
  });

  it('with an id beyond what a double holds keep every digit', async () => {
    await rowsSpoiltBy('hugeId');
  });

  it('with a field of another type keep it in extra', async () => {
    for (const row of await rowsSpoiltBy('typeFlip')) {
      expect(row).toMatchObject({ hold_count: null, extra: { holdCount: 'several' } });
    }
  });

  it('with unknown fields keep them in extra', async () => {
    for (const row of await rowsSpoiltBy('newField')) {
      expect(row['extra']).toEqual({ customerMood: 'calm', npsScores: [9, 10] });
    }
    for (const row of await rowsSpoiltBy('proto')) {
      expect(JSON.stringify(row['extra'])).toBe('{"__proto__":{"polluted":true}}');
    }
  });

  it('with a note of a quarter of a megabyte keep all of it', async () => {
    for (const row of await rowsSpoiltBy('hugeNote'))
      expect(String(row['disposition_notes'])).toHaveLength(300_000);
  });

  it('are noted as drift, once each', async () => {
    const drift = await environment.query(
      `select kind, field, observed_type from cxone.schema_drift where kind <> 'interactions' order by field`,
    );
    expect(drift).toEqual([
      { kind: 'contacts', field: '__proto__', observed_type: 'object' },
      { kind: 'contacts', field: 'customerMood', observed_type: 'string' },
      { kind: 'contacts', field: 'holdCount', observed_type: 'string' },
      { kind: 'contacts', field: 'npsScores', observed_type: 'array' },
    ]);
  });

  it('are not kept twice when the window is read again', async () => {
    environment.simulator.setFaults(faults);
    const before = await rejectedRows();
    const report = reportOf(await environment.sync(span));
    expect(report).toMatchObject({ inserted: 0, updated: 0, rejected: before.length, absent: 0 });
    expect(await rejectedRows()).toEqual(before);
    expect(await environment.query('select distinct seen from cxone.rejected_record')).toEqual([{ seen: 2 }]);
  });
});

describe('a window whose rows move while it is read', () => {
  it('is read again until it holds the rows that came late', async () => {
    const span = dayAfter(2);
    environment.simulator.setFaults([
      { name: 'insertLate', match: { family: 'contacts' }, onCall: [4, 7], args: { count: 5 } },
    ]);
    const report = reportOf(await environment.sync(span));
    expect(report).toMatchObject({ expected: contactsPerDay + 10, fetched: contactsPerDay + 10, absent: 0 });
    expect(report.rereads).toBeGreaterThan(0);
    await expectTruthIsStored(span);
  });

  it('loses no row that slid over the edge of a page when others went, and marks those that went', async () => {
    const span = dayAfter(3);
    environment.simulator.setFaults([
      { name: 'removeRows', match: { family: 'contacts' }, onCall: 6, args: { count: 7 } },
    ]);
    const report = reportOf(await environment.sync(span));
    expect(report).toMatchObject({ expected: contactsPerDay - 7, fetched: contactsPerDay - 7 });
    await expectTruthIsStored(span);
    const gone = await environment.query(
      `select contact_id from cxone.contact
       where contact_start_date >= $1 and contact_start_date < $2 and absent_since is not null`,
      [span.from, span.to],
    );
    expect(gone).toHaveLength(7);
    expect(report.absent).toBe(7);
  });

  it('takes the newest state of rows that change', async () => {
    const span = dayAfter(4);
    reportOf(await environment.sync(span));
    environment.simulator.setFaults([
      { name: 'updateRows', match: { family: 'contacts' }, onCall: 1, args: { count: 9 } },
    ]);
    reportOf(await environment.sync(span));
    const report = reportOf(await environment.sync(span));
    expect(report.inserted).toBe(0);
    const truth = await trueContacts(environment, span);
    const rows = await storedContacts(environment, span);
    const stale = [...truth].filter(([id, record]) => {
      const stored = rows.get(id)?.['last_update_time'] as Date | undefined;
      return stored?.getTime() !== Date.parse(String(record['lastUpdateTime']));
    });
    expect(stale).toEqual([]);
  });
});

describe('a CXone that is not well', () => {
  it('times out on large pages: they are asked for at half the size until it answers', async () => {
    const span = dayAfter(5);
    environment.simulator.setFaults([
      { name: 'timeout408WhenTopOver', match: { family: 'contacts' }, args: { top: 60 } },
    ]);
    const report = reportOf(await environment.sync(span));
    expect(report).toMatchObject({ expected: contactsPerDay, fetched: contactsPerDay });
    const pages = environment.simulator.journal
      .entries({ family: 'contacts' })
      .filter(({ query }) => Number(query['top']) > 2);
    // The last page is full, so that another one is asked for, which is empty.
    expect(new Set(pages.map(({ query, status }) => `${query['top']} ${status}`))).toEqual(
      new Set(['100 408', '50 200', '50 204']),
    );
    // Once it is known, no page is asked for at the full size again: only the first ones in flight were.
    expect(pages.filter(({ status }) => status === 408).length).toBeLessThanOrEqual(3);
    await expectTruthIsStored(span);
  });

  it('refuses tokens, throttles, resets, cuts its answers short and sends HTML: the window completes', async () => {
    const span = dayAfter(6);
    const contacts = { family: 'contacts' } as const;
    environment.simulator.setFaults([
      { name: 'status', match: contacts, onCall: 2, args: { status: 401 } },
      { name: 'status', match: contacts, onCall: 4, args: { status: 429, retryAfter: 2 } },
      { name: 'reset', match: contacts, onCall: 6, args: { afterBytes: 10_000 } },
      { name: 'truncateJson', match: contacts, onCall: 8 },
      { name: 'html200', match: contacts, onCall: 10 },
      { name: 'status', match: contacts, onCall: 12, args: { status: 503 } },
      { name: 'status', match: { family: 'agents' }, onCall: 1, args: { status: 500 } },
      { name: 'truncateJson', match: { family: 'media' }, onCall: 2 },
    ]);
    const report = reportOf(await environment.sync(span));
    expect(report).toMatchObject({ expected: contactsPerDay, fetched: contactsPerDay, rejected: 0 });
    expect(report.recordings).toMatchObject({ failed: 0 });
    expect(environment.simulator.journal.count({ family: 'contacts', status: 401 })).toBe(1);
    expect(environment.simulator.journal.count({ family: 'auth' })).toBe(1);
    await expectTruthIsStored(span);
  });
});

describe('recordings that cannot be had', () => {
  it('are absent when the call is long ago and CXone knows of none', async () => {
    const span = dayAfter(7);
    environment.simulator.setFaults([{ name: 'mediaMissing' }]);
    const report = reportOf(await environment.sync(span));
    const { loggedMasterContacts } = environment.simulator.truth({
      from: Date.parse(span.from),
      to: Date.parse(span.to),
    });
    expect(report.recordings).toEqual({
      stored: 0,
      pending: 0,
      absent: loggedMasterContacts,
      failed: 0,
      bytes: 0,
    });
  });

  it('are never visible as a file while they come cut off; the others are stored', async () => {
    const span = dayAfter(8);
    const window = { from: Date.parse(span.from), to: Date.parse(span.to), recordings: true };
    const { recordings = [] } = environment.simulator.truth(window);
    const broken = String(recordings[0]?.masterContactId);
    const before = filesBelow(environment.recordingsFolder).size;
    environment.simulator.setFaults([
      { name: 'mediaTruncated', match: { family: 'file', path: `/${broken}/` } },
      // These are whole when they are requested again.
      { name: 'mediaTruncated', match: { family: 'file' }, onCall: [4, 9] },
    ]);
    const report = reportOf(await environment.sync(span));
    const whole = recordings.filter(({ masterContactId }) => String(masterContactId) !== broken);
    expect(report.recordings).toMatchObject({ stored: whole.length, failed: 1 });
    const files = filesBelow(environment.recordingsFolder);
    expect(files.size).toBe(before + whole.length);
    expect(
      [...files.keys()].filter((path) => !path.endsWith('.mp4') || path.includes(`/${broken}/`)),
    ).toEqual([]);
    const hashes = new Set([...files.values()].map(({ sha256 }) => sha256));
    expect(whole.filter(({ sha256 }) => !hashes.has(sha256))).toEqual([]);
    expect(
      await environment.query(
        `select status, last_error_code from cxone.recording where master_contact_id = $1`,
        [broken],
      ),
    ).toEqual([{ status: 'failed', last_error_code: 'MediaIncomplete' }]);
  });
});
