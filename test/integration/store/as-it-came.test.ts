import { createHash } from 'node:crypto';
import { readBatch } from '../../../activities/batch';
import { toRows } from '../../../activities/recordings/download-files';
import { replayRejected } from '../../../client/rejected/replay';
import { parseContactPage, readContact } from '../../../cxone';
import { parseInteractions } from '../../../cxone/media/interactions';
import { postgresServers } from '../../setup/servers';
import { openTestEnvironment, type TestEnvironment } from './test-environment';

const contact = (id: number, more = '') =>
  `{"contactId":${id},"contactStartDate":"2026-07-20T08:00:00Z","lastUpdateTime":"2026-07-20T09:00:00Z"${more}}`;
const latin1 = (text: string) => Buffer.from(text, 'latin1');
const pageOf = (...records: readonly (string | Buffer)[]): Buffer => {
  const list = records.flatMap((one, index) => [Buffer.from(index === 0 ? '' : ','), Buffer.from(one)]);
  return Buffer.concat([Buffer.from('{"completedContacts":['), ...list, Buffer.from(']}')]);
};

describe.each(postgresServers())('what CXone sends is stored as it came on $label:', (server) => {
  let environment: TestEnvironment;
  let pages = 0;
  beforeAll(async () => {
    environment = await openTestEnvironment(server);
  });
  afterEach(() => environment.empty());
  afterAll(() => environment.close());

  /** Lands a page, reads it back, and stores what is in it, as the activities do. */
  async function store(...records: readonly (string | Buffer)[]) {
    const body = pageOf(...records);
    const pageId = await environment.land(`page-${(pages += 1)}`, { body, records: records.length });
    const landed = await environment.store.landing.read(pageId);
    expect(landed.equals(body)).toBe(true);
    const batch = await readBatch((await parseContactPage(landed)).records, readContact);
    return environment.store.contacts.persistPage(pageId, 'acme', batch, { recordings: false });
  }
  const rejected = () =>
    environment.query<{ reason: string; raw: string; raw_bytes: Buffer | null }>(
      'select reason, raw, raw_bytes from cxone.rejected_record order by length(raw)',
    );

  it('a record of 20,000 levels, one of three megabytes and one that is no UTF-8, beside good ones', async () => {
    const deep = contact(2, `,"odd":${'['.repeat(20_000)}${']'.repeat(20_000)}`);
    const large = contact(0, `,"note":"${'y'.repeat(3_000_000)}"`);
    const noText = latin1(contact(0, ',"firstName":"Ren\u00e9"'));
    expect(await store(contact(1), deep, large, noText, contact(3))).toMatchObject({
      inserted: 2,
      rejected: 3,
    });
    expect(await rejected()).toEqual([
      {
        reason: 'contactId is not a positive 64-bit integer',
        raw: noText.toString('utf8'),
        raw_bytes: noText,
      },
      { reason: 'nests deeper than 64 levels', raw: deep, raw_bytes: null },
      { reason: 'contactId is not a positive 64-bit integer', raw: large, raw_bytes: null },
    ]);
    const replay = { rejected: environment.store.rejected, tenant: 'acme', recordings: false };
    const done = await replayRejected({ ...replay, kinds: ['contacts'], onProgress: () => undefined });
    expect(done).toMatchObject({ replayed: 0, stayed: 3 });
    expect((await rejected()).map(({ reason }) => reason)).toContain('nests deeper than 64 levels');
  });

  it('a rejected record that 0.1 kept as it had parsed it stays one, and is then kept as it came', async () => {
    const text = '{ "contactId" : "Ren\\u00e9", "seconds" : 1.50 }';
    const other = '{"contactId":"Ren\\u00e9","seconds":1.5}';
    const former = JSON.stringify(JSON.parse(text));
    const key = createHash('sha256').update(former).digest('hex');
    await environment.query(
      `insert into cxone.rejected_record (tenant, kind, content_hash, reason, raw) values ('acme', 'contacts', $1, 'x', $2)`,
      [key, former],
    );
    const kept = async () =>
      environment.query(
        'select content_hash as key, raw, seen from cxone.rejected_record order by seen desc',
      );
    await store(text);
    await store(text);
    expect(await kept()).toEqual([{ key, raw: text, seen: 3 }]);
    // The same for a parser, yet a different record.
    await store(other, text);
    await store(other, text);
    expect(await kept()).toEqual([
      { key, raw: text, seen: 5 },
      { key: expect.any(String), raw: other, seen: 2 },
    ]);
    const [page] = await environment.query(
      'select rejected_hashes as hashes from cxone.landing_page order by page_id desc limit 1',
    );
    expect(page).toEqual({ hashes: expect.arrayContaining([key]) });
  });

  it('numbers beyond a double in extra, and fields in which bytes or characters were replaced', async () => {
    const digits = '9'.repeat(400);
    await store(
      contact(1, `,"n":${digits},"e":1e400,"id":12345678901234567890`),
      latin1(contact(2, ',"firstName":"Ren\u00e9"')),
      contact(3, `,"dispositionNotes":"${'\\u0000ab'.repeat(40_000)}","new":"${'\\ud800x'.repeat(30_000)}"`),
    );
    const rows = await environment.query(
      `select extra ->> 'n' as n, extra ->> 'e' as e, (extra -> 'id')::text as id, sanitised,
              length(disposition_notes) as note, length(extra ->> 'new') as new
       from cxone.contact order by contact_id`,
    );
    expect(rows).toMatchObject([
      { n: digits, e: '1e400', id: '12345678901234567890', sanitised: null },
      { sanitised: ['firstName'] },
      { sanitised: ['dispositionNotes', 'extra'], note: 120_000, new: 60_000 },
    ]);
  });

  it('fields of an interaction without a column in extra, with drift', async () => {
    await store(contact(1));
    const text =
      '{"brandEmbassyConfig":{"threadId":"t\\u0000"},"interactions":[{"data":{"dfoStages":[1],"mood":"calm"}}]}';
    await environment.store.recordings.settled(
      'acme',
      '1',
      toRows(parseInteractions(Buffer.from(text)) ?? []),
    );
    expect(await environment.query('select extra, sanitised from cxone.interaction')).toEqual([
      {
        extra: { brandEmbassyConfig: { threadId: 't\ufffd' }, dfoStages: [1], mood: 'calm' },
        sanitised: ['extra'],
      },
    ]);
    const drift = await environment.query(
      "select field, observed_type as type from cxone.schema_drift where kind = 'interactions' order by field",
    );
    expect(drift).toEqual([
      { field: 'brandEmbassyConfig', type: 'object' },
      { field: 'dfoStages', type: 'array' },
      { field: 'mood', type: 'string' },
    ]);
  });
});
