import { type FaultRule, readFaultRules, type Simulator, startSimulator } from '../../../../simulator';
import {
  type Answer,
  ask,
  askToken,
  type ContactPage,
  dayWindow,
  parse,
  Reader,
  type Row,
  simulatedNow,
  wholeDay,
} from '../client';

const ids = (rows: readonly Row[]): unknown[] => rows.map((row) => row['contactId']);

describe('faults', () => {
  let now = simulatedNow;
  let simulator: Simulator;
  let reader: Reader;

  const renew = async (): Promise<void> => {
    await (simulator as Simulator | undefined)?.close();
    now = simulatedNow;
    simulator = await startSimulator({ contactsPerDay: 300, clock: () => now, mediaQuota: 'off' });
    reader = await Reader.of(simulator);
  };
  beforeAll(renew);
  afterEach(() => simulator.setFaults([]));
  afterAll(() => simulator.close());

  const query = { ...wholeDay, orderBy: 'contactStartDate asc', top: 100 };
  const calls = async (count: number): Promise<number[]> => {
    const seen: number[] = [];
    for (let i = 0; i < count; i++) seen.push((await reader.completed(query)).status);
    return seen;
  };
  const status = (rule: Partial<FaultRule> & { readonly status: number }): FaultRule => {
    const { status: code, ...rest } = rule;
    return { name: 'status', match: { family: 'contacts' }, args: { status: code }, ...rest };
  };

  it('fire on the calls they name, counted per rule', async () => {
    simulator.setFaults([status({ status: 500, onCall: 2 }), status({ status: 503, onCall: [3, 4] })]);
    expect(await calls(6)).toEqual([200, 500, 503, 503, 200, 200]);
  });

  it('fire the given number of times', async () => {
    simulator.setFaults([status({ status: 429, times: 2 })]);
    expect(await calls(4)).toEqual([429, 429, 200, 200]);
  });

  it('fire with a probability that the seed decides', async () => {
    const rules = [status({ status: 500, probability: 0.5 })];
    simulator.setFaults(rules);
    const first = await calls(40);
    expect(first.filter((code) => code === 500).length).toBeGreaterThan(8);
    expect(first.filter((code) => code === 200).length).toBeGreaterThan(8);
    simulator.setFaults(rules);
    expect(await calls(40)).toEqual(first);
  });

  it('touch only the family and path they name', async () => {
    simulator.setFaults([{ name: 'status', match: { path: '/AGENTS' }, args: { status: 403 } }]);
    expect(await calls(1)).toEqual([200]);
    expect((await reader.get('/incontactapi/services/v34.0/agents')).status).toBe(403);
    simulator.setFaults([{ name: 'status', match: { family: 'auth' }, args: { status: 503 } }]);
    expect((await askToken(simulator)).status).toBe(503);
  });

  it('carry Retry-After in both forms, a description and a body', async () => {
    const args = { status: 429, retryAfter: 7 };
    simulator.setFaults([
      status({ status: 0, onCall: 1, args }),
      status({ status: 0, onCall: 1, args: { ...args, retryAfterDate: true } }),
      status({
        status: 0,
        onCall: 1,
        args: { status: 403, description: 'No permission', body: '{"error":"x"}' },
      }),
    ]);
    const seconds = await reader.completed(query);
    expect([seconds.status, seconds.headers['retry-after']]).toEqual([429, '7']);
    simulator.setFaults([status({ status: 0, args: { ...args, retryAfterDate: true } })]);
    const date = (await reader.completed(query)).headers['retry-after'] as string;
    expect(Date.parse(date)).toBe(simulatedNow + 7000);
    simulator.setFaults([
      status({ status: 0, args: { status: 403, description: 'No permission', body: '{"error":"x"}' } }),
    ]);
    const forbidden = await reader.completed(query);
    expect(forbidden.headers['icstatusdescription']).toBe('No permission');
    expect(parse(forbidden)).toEqual({ error: 'x' });
  });

  it('drop the connection before or within an answer', async () => {
    simulator.setFaults([{ name: 'reset', match: { family: 'contacts' }, times: 1 }]);
    await expect(reader.completed(query)).rejects.toThrow();
    expect(simulator.journal.entries({ family: 'contacts' }).at(-1)?.status).toBe(0);
    simulator.setFaults([{ name: 'reset', match: { family: 'contacts' }, args: { afterBytes: 500 } }]);
    await expect(reader.completed(query)).rejects.toThrow();
  });

  it('cut JSON, answer HTML, and answer late', async () => {
    simulator.setFaults([{ name: 'truncateJson' }]);
    const half = await reader.completed(query);
    expect(half.status).toBe(200);
    expect(() => parse(half)).toThrow(SyntaxError);
    simulator.setFaults([{ name: 'html200' }]);
    const html = await reader.completed(query);
    expect([html.status, html.headers['content-type']]).toEqual([200, 'text/html']);
    simulator.setFaults([{ name: 'slow', args: { delayMs: 120 } }]);
    const started = performance.now();
    await reader.completed(query);
    expect(performance.now() - started).toBeGreaterThan(100);
  });

  it('time out on large pages only', async () => {
    simulator.setFaults([
      { name: 'timeout408WhenTopOver', match: { family: 'contacts' }, args: { top: 99 } },
    ]);
    expect((await reader.completed(query)).status).toBe(408);
    expect((await reader.completed({ ...query, top: 99 })).status).toBe(200);
    expect((await reader.completed({ ...wholeDay, orderBy: 'contactId' })).status).toBe(408);
  });

  it('let rows appear late with an old start, in the pages, in updatedSince and in the truth', async () => {
    simulator.setFaults([
      { name: 'insertLate', match: { family: 'contacts' }, onCall: 2, args: { count: 5 } },
    ]);
    const totals: number[] = [];
    for (let skip = 0; skip < 300; skip += 100)
      totals.push((await reader.page({ ...query, skip })).totalRecords);
    expect(totals).toEqual([300, 300, 305]);
    expect(simulator.truth(dayWindow).contacts).toBe(305);
    const rows = await reader.pages(query, 1000);
    expect(new Set(ids(rows)).size).toBe(305);
    now += 1000;
    const late = await reader.page({
      updatedSince: new Date(simulatedNow).toISOString(),
      orderBy: 'lastUpdateTime asc',
    });
    const old = late.completedContacts.filter((row) =>
      (row['contactStartDate'] as string).startsWith('2026-03-10'),
    );
    expect(old).toHaveLength(5);
    for (const row of old) expect(ids(rows)).toContain(row['contactId']);
  });

  it('let rows vanish', async () => {
    await renew();
    const before = await reader.pages(query, 1000);
    simulator.setFaults([
      { name: 'removeRows', match: { family: 'contacts' }, onCall: 1, args: { count: 3 } },
    ]);
    await reader.page(query);
    const after = await reader.pages(query, 1000);
    expect(after).toHaveLength(297);
    expect(simulator.truth(dayWindow).contacts).toBe(297);
    const gone = ids(before).filter((id) => !ids(after).includes(id));
    for (const id of gone) {
      expect((await reader.get(`/incontactapi/services/v34.0/contacts/${String(id)}`)).status).toBe(404);
    }
  });

  it('let rows change while a reader of updatedSince pages, so that offsets slip', async () => {
    await renew();
    const since = { updatedSince: '2026-03-10T00:00:00Z', ...wholeDay, orderBy: 'lastUpdateTime asc' };
    const before = await reader.pages(since, 1000);
    simulator.setFaults([
      { name: 'updateRows', match: { family: 'contacts' }, onCall: 1, args: { count: 3 } },
    ]);
    const rows = [
      ...(await reader.page({ ...since, top: 100 })).completedContacts,
      ...(await reader.page({ ...since, top: 100, skip: 100 })).completedContacts,
      ...(await reader.page({ ...since, top: 100, skip: 200 })).completedContacts,
    ];
    expect(new Set(ids(rows)).size).toBeLessThan(300);
    const after = await reader.pages(since, 1000);
    expect(after).toHaveLength(before.length);
    expect(
      after.filter(
        (row) => row['lastUpdateTime'] === new Date(simulatedNow).toISOString().replace('.000', ''),
      ),
    ).toHaveLength(3);
  });

  const kinds = ['nul', 'loneSurrogate', 'missingKey', 'typeFlip', 'newField', 'hugeId'] as const;
  it('spoil records by contact, and the truth says which', async () => {
    await renew();
    simulator.setFaults([{ name: 'badRecords', args: { kinds, every: 4 } }]);
    const { badRecords, contacts, contactsHash } = simulator.truth(dayWindow);
    expect(contacts).toBe(300);
    expect(badRecords.length).toBeGreaterThan(40);
    expect(new Set(badRecords.map(({ kind }) => kind))).toEqual(new Set(kinds));
    const body = (await reader.completed({ ...query, top: 1000 })).body.toString();
    const page = JSON.parse(body) as ContactPage;
    const of = (kind: string): number => badRecords.filter((bad) => bad.kind === kind).length;
    const count = (test: (row: Row) => boolean): number => page.completedContacts.filter(test).length;
    expect(count((row) => row['dispositionNotes'] === 'before\u0000after')).toBe(of('nul'));
    expect(count((row) => row['dispositionNotes'] === 'cut \ud83d off')).toBe(of('loneSurrogate'));
    expect(count((row) => !('contactId' in row))).toBe(of('missingKey'));
    expect(count((row) => row['holdCount'] === 'several')).toBe(of('typeFlip'));
    expect(count((row) => row['customerMood'] === 'calm')).toBe(of('newField'));
    expect(body.match(/"contactId":7\d{18},/g)).toHaveLength(of('hugeId'));
    const smallPages = await reader.pages(query, 50);
    expect(smallPages.filter((row) => row['holdCount'] === 'several')).toHaveLength(of('typeFlip'));
    simulator.setFaults([]);
    expect(simulator.truth(dayWindow).contactsHash).not.toBe(contactsHash);
    expect(simulator.truth(dayWindow).badRecords).toEqual([]);
  });

  it('keep every other kind of bad record valid JSON', async () => {
    const others = [
      'nullKey',
      'idAsText',
      'giantId',
      'numberAsText',
      'booleanAsText',
      'badDate',
      'proto',
      'groupedNumber',
      'hugeNote',
    ] as const;
    for (const kind of others) {
      simulator.setFaults([{ name: 'badRecords', args: { kinds: [kind], every: 20 } }]);
      const { badRecords } = simulator.truth(dayWindow);
      expect(badRecords.length).toBeGreaterThan(0);
      const rows = await reader.pages(query, 1000);
      expect(rows).toHaveLength(300);
    }
  });

  it('lose, cut and expire recordings', async () => {
    const { recordings = [] } = simulator.truth({ ...dayWindow, recordings: true });
    const path = `/media-playback/v1/contacts?acd-call-id=${recordings[0]?.masterContactId}&isDownload=true`;
    const fetchFile = async (): Promise<Answer> =>
      ask((parse(await reader.get(path)) as { redirectUrl: string }).redirectUrl);
    simulator.setFaults([{ name: 'mediaMissing' }]);
    expect((await reader.get(path)).status).toBe(404);
    simulator.setFaults([{ name: 'mediaTruncated' }]);
    await expect(fetchFile()).rejects.toThrow();
    simulator.setFaults([{ name: 'expireUrls', times: 1 }]);
    expect((await reader.get(path)).status).toBe(200);
    simulator.setFaults([{ name: 'expireUrls', match: { family: 'file' }, times: 1 }]);
    expect((await fetchFile()).status).toBe(403);
    expect((await fetchFile()).status).toBe(200);
  });
});

describe('fault rules from outside', () => {
  it('pass when they are right', () => {
    const rules = [{ name: 'status', match: { family: 'contacts' }, onCall: [1, 2], args: { status: 500 } }];
    expect(readFaultRules(rules)).toEqual(rules);
  });

  it.each([
    [{}, 'array'],
    [[1], 'fault rule 0 is not an object'],
    [[{ name: 'explode' }], 'none of status, tooManyRequests'],
    [[{ name: 'slow' }, { name: 'slow', when: 1 }], 'fault rule 1 has an unknown member "when"'],
    [[{ name: 'slow', match: { family: 'dogs' } }], 'match.family'],
    [[{ name: 'slow', match: 1 }], 'match'],
    [[{ name: 'slow', onCall: 'first' }], 'onCall'],
    [[{ name: 'slow', probability: 2 }], 'probability'],
    [[{ name: 'slow', times: 1.5 }], 'times'],
    [[{ name: 'slow', args: [] }], 'args'],
    [[{ name: 'badRecords', args: { kinds: ['worse'] } }], 'kinds'],
    [[{ name: 'slow', match: { tenant: 1 } }], 'match.tenant'],
    [[{ name: 'slow', match: { method: 'GET' } }], 'match.method'],
    [[{ name: 'slow', args: { delay: 5 } }], 'args.delay, which slow does not take'],
    [[{ name: 'slow', args: { delayMs: '5' } }], 'args.delayMs that is no number'],
    [[{ name: 'shortTokens', args: { silently: 1 } }], 'args.silently that is no boolean'],
    [[{ name: 'status', args: { body: 1 } }], 'args.body that is no string'],
    [[{ name: 'emptyAs200', args: { form: 'round' } }], 'args.form'],
  ])('are refused with a reason: %j', (rules, reason) => {
    expect(() => readFaultRules(rules)).toThrow(reason);
  });
});
