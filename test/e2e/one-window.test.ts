import { Reader } from '../unit/simulator/client';
import { dayOf, openTestEnvironment, reportOf, type TestEnvironment } from './test-environment';
import {
  compareIds,
  differences,
  filesBelow,
  nothingDiffers,
  type StoredRow,
  storedContacts,
  trueContacts,
} from './truth';

// Recent calls, so that a missing recording may still come.
const now = Date.now();
const day = dayOf(now - 2 * 86_400_000);

const contactsPerDay = 3_000;
const pageSize = 100;

let environment: TestEnvironment;
beforeAll(async () => {
  environment = await openTestEnvironment({
    simulator: { clock: () => now, contactsPerDay, agents: 60, loggedShare: 0.12 },
    tenant: { pageSize, pagesInFlight: 4, recordingGiveUpHours: 8_760 },
  });
  // Some of the calls have no recording yet.
  environment.simulator.setFaults([
    { name: 'mediaMissing', match: { family: 'media' }, onCall: [3, 17, 40] },
  ]);
  await environment.startWorker();
});
afterAll(() => environment?.close());

const window = { from: Date.parse(day.from), to: Date.parse(day.to) };
const contactRequests = () => environment.simulator.journal.count({ family: 'contacts' });

/** Where each row lies in its table: a row that is rewritten, even with the same content, lies elsewhere. */
const places = () =>
  environment.query(
    `select 'contact' as t, contact_id::text as id, xmin::text, ctid::text from cxone.contact
     union all select 'agent', agent_id::text, xmin::text, ctid::text from cxone.agent
     union all select 'recording', master_contact_id || ':' || coalesce(segment_id, ''), xmin::text, ctid::text
               from cxone.recording
     order by 1, 2`,
  );

describe('the first run of a window', () => {
  let requests = 0;

  it('completes and reports what CXone holds', async () => {
    const truth = environment.simulator.truth(window);
    const report = reportOf(await environment.sync(day));
    requests = contactRequests();
    expect(report).toMatchObject({
      status: 'complete',
      expected: truth.contacts,
      fetched: truth.contacts,
      inserted: truth.contacts,
      updated: 0,
      unchanged: 0,
      rejected: 0,
      absent: 0,
      rereads: 0,
    });
    expect(truth.contacts).toBe(contactsPerDay);
    expect(report.pages).toBeGreaterThanOrEqual(contactsPerDay / pageSize);
  });

  it('stores the contacts of the window, every field of each', async () => {
    const truth = await trueContacts(environment, day);
    const stored = await storedContacts(environment, day);
    expect(compareIds(truth.keys(), stored.keys())).toEqual(nothingDiffers);
    const wrong = [...truth].flatMap(([id, record]) =>
      differences(record, stored.get(id)).map((difference) => `${id} ${difference}`),
    );
    expect(wrong).toEqual([]);
    expect(
      [...stored.values()].filter(({ extra, sanitised }) => extra !== null || sanitised !== null),
    ).toEqual([]);
  });

  it('stores all agents, every field of each but their API keys', async () => {
    const reader = await Reader.of(environment.simulator);
    const answer = await reader.get('/incontactapi/services/v34.0/agents');
    const { agents } = JSON.parse(answer.body.toString()) as { agents: Record<string, unknown>[] };
    const rows = await environment.query<StoredRow>(`select * from cxone.agent where tenant = 'acme'`);
    const stored = new Map(rows.map((row) => [String(row['agent_id']), row]));
    expect(agents).toHaveLength(60);
    expect(stored.size).toBe(60);
    const wrong = agents.flatMap(({ apiKey, ...agent }) => {
      expect(apiKey).toMatch(/^cnry-apikey/);
      return differences(agent, stored.get(String(agent['agentId'])));
    });
    expect(wrong).toEqual([]);
    expect(JSON.stringify(rows)).not.toMatch(/cnry-apikey|apiKey/i);
  });

  it('stores every recording that is there, whole, one file per segment', async () => {
    const { recordings = [], loggedMasterContacts } = environment.simulator.truth({
      ...window,
      recordings: true,
    });
    const late = new Set(
      environment.simulator.journal
        .entries({ family: 'media', status: 404 })
        .map(({ query }) => Number(query['acd-call-id'])),
    );
    const expected = recordings.filter(({ masterContactId }) => !late.has(masterContactId));
    const calls = new Map(expected.map(({ masterContactId }) => [masterContactId, 0]));
    for (const { masterContactId } of expected)
      calls.set(masterContactId, (calls.get(masterContactId) ?? 0) + 1);
    expect(late.size).toBe(3);
    expect([...calls.values()].filter((files) => files > 1).length).toBeGreaterThan(5);

    const rows = await environment.query<{
      segment_id: string;
      storage_key: string;
      bytes: string;
      sha256: string;
    }>(`select segment_id, storage_key, bytes, sha256 from cxone.recording where status = 'stored'`);
    expect(
      compareIds(
        expected.map(({ segmentId, bytes, sha256 }) => `${segmentId} ${bytes} ${sha256}`),
        rows.map(({ segment_id, bytes, sha256 }) => `${segment_id} ${bytes} ${sha256}`),
      ),
    ).toEqual(nothingDiffers);
    const files = filesBelow(environment.recordingsFolder);
    expect(files.size).toBe(expected.length);
    for (const { storage_key, bytes, sha256 } of rows) {
      expect(files.get(storage_key)).toEqual({ bytes: Number(bytes), sha256 });
    }

    const pending = await environment.query<{
      master_contact_id: string;
      hours: number;
      last_error_code: string;
    }>(
      `select master_contact_id, last_error_code, extract(epoch from next_attempt_at - now())::float8 / 3600 as hours
       from cxone.recording where status = 'pending' and segment_id is null`,
    );
    expect(pending).toHaveLength(loggedMasterContacts - calls.size);
    expect(pending.map(({ master_contact_id }) => Number(master_contact_id))).toEqual(
      expect.arrayContaining([...late]),
    );
    for (const { hours, last_error_code } of pending) {
      expect(last_error_code).toBe('NotFound');
      expect(hours).toBeGreaterThan(0);
    }
  });

  it('leaves a line in the ledger with these counts', async () => {
    const [row, ...others] = await environment.query('select * from cxone.sync_window');
    const [files] = await environment.query<{ stored: number; pending: number; bytes: string }>(
      `select count(*) filter (where status = 'stored')::int as stored,
              count(*) filter (where status = 'pending')::int as pending, sum(bytes) as bytes from cxone.recording`,
    );
    expect(others).toEqual([]);
    expect(row).toMatchObject({
      tenant: 'acme',
      window_start: new Date(day.from),
      window_end: new Date(day.to),
      read_by: 'start',
      status: 'complete',
      attempt: 1,
      expected: String(contactsPerDay),
      fetched: contactsPerDay,
      inserted: contactsPerDay,
      updated: 0,
      unchanged: 0,
      rejected: 0,
      absent: 0,
      recordings_stored: files?.stored,
      recordings_pending: files?.pending,
      recordings_failed: 0,
      recording_bytes: files?.bytes,
      error_code: null,
    });
  });

  it('asks for each page once', () => {
    const asked = environment.simulator.journal
      .entries({ family: 'contacts' })
      .map(({ query }) => JSON.stringify(query))
      .filter((query) => !query.includes('"top":"1"'));
    expect(new Set(asked).size).toBe(asked.length);
  });

  describe('and a second run', () => {
    it('changes nothing, downloads nothing and costs no more', async () => {
      const before = await places();
      environment.simulator.journal.clear();
      const report = reportOf(await environment.sync(day));
      expect(report).toMatchObject({
        status: 'complete',
        fetched: contactsPerDay,
        inserted: 0,
        updated: 0,
        unchanged: contactsPerDay,
      });
      expect(await places()).toEqual(before);
      expect(environment.simulator.journal.count({ family: 'file' })).toBe(0);
      expect(environment.simulator.journal.count({ family: 'media' })).toBe(0);
      // CXone reorders equal stamps each time, and groups of them that lie across two pages are read once more.
      expect(contactRequests()).toBeLessThanOrEqual(requests + 4);
      expect(await environment.query('select attempt from cxone.sync_window')).toEqual([{ attempt: 2 }]);
    });
  });
});
