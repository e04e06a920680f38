import fc from 'fast-check';
import { CxoneError, parseContactPage } from '../../../../cxone';
import { failureOf, type FakeCxone, paths, startFake } from '../fake-cxone';

const parse = (body: unknown) =>
  parseContactPage(Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)));
const codeOf = async (body: unknown): Promise<string> => {
  try {
    await parse(body);
    return 'none';
  } catch (error) {
    return error instanceof CxoneError ? error.code : 'not ours';
  }
};

describe('a page of contacts', () => {
  it('gives records, counts, the server’s clock and the first and last start', async () => {
    const page = await parse({
      businessUnitId: 1,
      lastPollTime: '2026-01-01T10:00:00',
      totalRecords: 7,
      _links: { self: 'x' },
      completedContacts: [
        { contactId: 1, contactStartDate: '2026-01-01T08:00:00Z' },
        { contactId: 2, contactStartDate: '2026-01-01T09:00:00.5Z' },
      ],
    });
    expect(page).toMatchObject({
      totalRecords: 7,
      lastPollTime: '2026-01-01T10:00:00Z',
      firstStart: '2026-01-01T08:00:00.000Z',
      lastStart: '2026-01-01T09:00:00.500Z',
    });
    expect(page.records).toHaveLength(2);
  });

  it.each([
    ['no body', ''],
    ['white space', ' \r\n '],
    ['a bare list', '[]'],
    ['null', 'null'],
    ['an empty object', '{}'],
    ['an empty list', { totalRecords: 0, completedContacts: [] }],
    ['a null list', { totalRecords: 0, completedContacts: null }],
    ['no list', { lastPollTime: '2026-01-01T00:00:00Z', _links: {} }],
    ['no list past the end', { totalRecords: 5 }],
    ['a wrapped empty list', { resultSet: { totalRecords: '0', completedContacts: [] } }],
    ['an empty wrapper', { resultSet: {} }],
  ])('may be empty: %s', async (_name, body) => {
    await expect(parse(body)).resolves.toMatchObject({ records: [], firstStart: null, lastStart: null });
  });

  it('may be wrapped in resultSet, its counts as text', async () => {
    const page = await parse({ resultSet: { totalRecords: '2', CompletedContacts: [{ contactId: '1' }] } });
    expect(page).toMatchObject({ totalRecords: 2, records: [{ contactId: '1' }] });
  });

  it('may start with a byte-order mark', async () => {
    const { records } = await parse('\uFEFF{"completedContacts":[{"contactId":1}]}');
    expect(records).toEqual([{ contactId: 1 }]);
  });

  it('keeps ids beyond 2^53 exactly, and says nothing else differently', async () => {
    const body = `{"totalRecords":2,"completedContacts":[{"contactId":9223372036854775807,"agentSeconds":180.40000000000001,
      "skillId": -9007199254740993, "notes":"card 1234567890123456, thanks","small":1000000000000000, "__proto__":{"a":1}},
      {"contactId":9007199254740993 }]}`;
    const [first, second] = (await parse(body)).records as [Record<string, unknown>, Record<string, unknown>];
    expect(first['contactId']).toBe(9223372036854775807n);
    expect(first['skillId']).toBe(-9007199254740993n);
    expect(first['agentSeconds']).toBe(180.4);
    expect(first['notes']).toBe('card 1234567890123456, thanks');
    expect(first['small']).toBe(1_000_000_000_000_000);
    expect(Object.keys(first)).toContain('__proto__');
    expect(second['contactId']).toBe(9007199254740993n);
  });

  it('finds long ids wherever they stand in the text', async () => {
    for (let shift = 0; shift < 40; shift += 1) {
      const page = await parse(
        `{"completedContacts":[{"p":"${'x'.repeat(shift)}","contactId":1234567890123456789}]}`,
      );
      expect(page.records).toEqual([{ p: 'x'.repeat(shift), contactId: 1234567890123456789n }]);
    }
  });

  it.each([
    ['cut off', '{"totalRecords":1,"completedContacts":[{"contactId":1', 'IncompleteAnswer'],
    ['broken', '{"totalRecords":,}', 'IncompleteAnswer'],
    ['cut off with a long id', '{"completedContacts":[{"contactId":1234567890123456789,', 'IncompleteAnswer'],
    ['HTML', '\n<!DOCTYPE html><html>No known way to render data</html>', 'UnexpectedHtml'],
    ['a number', '17', 'UnexpectedShape'],
    ['text', '"hello"', 'UnexpectedShape'],
    ['some other object', { message: 'Welcome' }, 'UnexpectedShape'],
    ['an object for a list', { totalRecords: 1, completedContacts: { contactId: 1 } }, 'UnexpectedShape'],
  ])('that is %s is an error', async (_name, body, code) => {
    expect(await codeOf(body)).toBe(code);
  });

  it.each(['contactStart', 'fromAddr', 'toAddr', 'mediaType', 'confSeconds'])(
    'with the old name %s is refused as a whole, naming the version to pin',
    async (name) => {
      const completedContacts = [
        { contactId: 1, contactStartDate: '2026-01-01T00:00:00Z' },
        { contactId: 2, [name]: 'x' },
      ];
      await expect(parse({ completedContacts })).rejects.toThrow(
        expect.objectContaining({
          code: 'UnexpectedShape',
          kind: 'operator',
          remedy: expect.stringMatching(/apiVersion.*v27/),
        }),
      );
    },
  );

  it('reads any JSON or refuses it with an error of ours', async () => {
    await fc.assert(
      fc.asyncProperty(fc.json({ maxDepth: 4 }), async (body) => {
        expect(await codeOf(body)).not.toBe('not ours');
      }),
    );
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
        expect(await codeOf(Buffer.from(bytes).toString('latin1'))).not.toBe('not ours');
      }),
    );
  });

  it('survives the round trip, 64-bit ids included', async () => {
    const id = fc.bigInt({ min: 1n, max: 2n ** 63n - 1n });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(id, fc.string()), { maxLength: 5 }), async (rows) => {
        const list = rows.map(
          ([contactId, note]) => `{"contactId":${contactId},"note":${JSON.stringify(note)}}`,
        );
        const { records } = await parse(`{"completedContacts":[${list.join(',')}]}`);
        expect(records.map((one) => BigInt((one as { contactId: number }).contactId))).toEqual(
          rows.map(([contactId]) => contactId),
        );
        expect(records.map((one) => (one as { note: string }).note)).toEqual(rows.map(([, note]) => note));
      }),
    );
  });
});

describe('asking for a page', () => {
  let fake: FakeCxone;
  beforeEach(async () => {
    fake = await startFake();
  });
  afterEach(() => fake.close());
  const request = {
    from: new Date('2026-01-01T00:00:00Z'),
    to: new Date('2026-01-02T00:00:00Z'),
    filter: { skillId: 12, campaignId: undefined, mediaTypeId: 4 },
    skip: 20,
    top: 10,
  };

  it('sends Z dates, an exclusive end, an order, the filter and the paging', async () => {
    fake.on(paths.contacts, { status: 204 });
    await fake.client().contactPage(request);
    const [seen] = fake.seen(paths.contacts);
    expect(Object.fromEntries(seen?.query ?? [])).toEqual({
      startDate: '2026-01-01T00:00:00.000Z',
      endDate: '2026-01-02T00:00:00.000Z',
      skillId: '12',
      mediaTypeId: '4',
      tags: 'true',
      orderBy: 'contactStartDate asc',
      skip: '20',
      top: '10',
    });
    expect(seen?.headers).toMatchObject({ accept: 'application/json', authorization: 'Bearer token-1' });
  });

  it('asks for some fields only, without tags, when asked to', async () => {
    fake.on(paths.contacts, { status: 204 });
    await fake.client().contactPage({ ...request, fields: ['contactId', 'lastUpdateTime'] });
    const query = Object.fromEntries(fake.seen(paths.contacts)[0]?.query ?? []);
    expect(query).toMatchObject({ fields: 'contactId,lastUpdateTime' });
    expect(query).not.toHaveProperty('tags');
  });

  it('hands on the body as received and the correlation id', async () => {
    const body = '{ "totalRecords": 21,  "completedContacts": [ {"contactId": 1} ] }';
    fake.on(paths.contacts, {
      body,
      headers: { 'content-type': 'application/json', correlationid: '3f2504e0-4f89-11d3-9a0c-0305e82c3301' },
    });
    const page = await fake.client().contactPage(request);
    expect(page.body.toString()).toBe(body);
    expect(page.correlationId).toBe('3f2504e0-4f89-11d3-9a0c-0305e82c3301');
  });

  it.each([204, 304, 200])('takes status %i without a body for "nothing"', async (status) => {
    fake.on(paths.contacts, { status });
    await expect(fake.client().contactPage(request)).resolves.toMatchObject({
      records: [],
      totalRecords: null,
    });
  });

  it('takes an answer without its list, though there are more rows, for incomplete', async () => {
    fake.on(
      paths.contacts,
      { body: { totalRecords: 21 } },
      { body: { totalRecords: 20, completedContacts: null } },
    );
    const client = fake.client();
    const error = await failureOf(client.contactPage(request));
    expect(error).toMatchObject({ code: 'IncompleteAnswer', kind: 'retryable' });
    await expect(client.contactPage(request)).resolves.toMatchObject({ records: [], totalRecords: 20 });
  });

  it('recognises HTML by its content type as well', async () => {
    fake.on(paths.contacts, {
      headers: { 'content-type': 'application/html' },
      body: 'No known way to render data',
    });
    await expect(fake.client().contactPage(request)).rejects.toMatchObject({ code: 'UnexpectedHtml' });
  });
});
