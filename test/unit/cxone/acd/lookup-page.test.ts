import fc from 'fast-check';
import {
  lookupFields,
  type LookupName,
  lookupNames,
  parseLookupPage,
  type Reading,
  readLookup,
} from '../../../../cxone';
import { type FakeCxone, startFake } from '../fake-cxone';
import published from '../../simulator/published-field-names.json';

const parse = (list: LookupName, body: unknown) =>
  parseLookupPage(Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)), list);
const keys = { skills: 'skillId', campaigns: 'campaignId', teams: 'teamId', dispositions: 'dispositionId' };

describe.each(lookupNames)('a page of %s', (list) => {
  it('gives records and their total', async () => {
    const body = { totalRecords: 3, lastPollTime: '2026-01-01T00:00:00Z', [list]: [{ x: 1 }] };
    await expect(parse(list, body)).resolves.toMatchObject({
      records: [{ x: 1 }],
      totalRecords: 3,
      hasNext: false,
    });
    expect((await parse(list, body)).body.toString()).toBe(JSON.stringify(body));
  });

  it('may come in a resultSet, where every value is text', async () => {
    const body = { resultSet: { totalRecords: '2', [list]: [{ [keys[list]]: '7' }] } };
    await expect(parse(list, body)).resolves.toMatchObject({
      records: [{ [keys[list]]: '7' }],
      totalRecords: 2,
    });
  });

  it('says whether a page comes after it', async () => {
    expect((await parse(list, { [list]: [{}], _links: { next: 'https://x/y' } })).hasNext).toBe(true);
    expect((await parse(list, { [list]: [{}], _links: { next: '' } })).hasNext).toBe(false);
  });

  it.each(['', '[]', '{}', { [list]: [] }, { [list]: null }, { resultSet: { [list]: [] } }])(
    'may be empty: %j',
    async (body) => {
      await expect(parse(list, body)).resolves.toMatchObject({ records: [], hasNext: false });
    },
  );

  it('never makes the parser fail but with an error of ours', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.json(), fc.string()), async (text) => {
        try {
          expect(Array.isArray((await parse(list, text)).records)).toBe(true);
        } catch (error) {
          expect(error).toMatchObject({ name: 'CxoneError' });
        }
      }),
    );
  });
});

describe.each(lookupNames)('a record of %s', (list) => {
  const key = keys[list];

  it('is stored if it has an id, and rejected without one, with a reason', () => {
    expect(readLookup[list]({ [key]: 12 })).toMatchObject({ ok: true, values: { [key]: 12 }, extra: null });
    for (const record of [{}, { [key]: 0 }, { [key]: 'x' }, { [key]: 2n ** 63n }, null, [], 'text', 4]) {
      const reading = readLookup[list](record);
      expect(reading).toMatchObject({ ok: false, reason: expect.stringMatching(/\S/) as string });
    }
  });

  it('is read whatever the casing, and from text', () => {
    expect(readLookup[list]({ [key.toUpperCase()]: '12', ISACTIVE: 'True' })).toMatchObject({
      ok: true,
      values: { [key]: 12, isActive: true },
    });
  });

  it('keeps what is not known in extra, and says so', () => {
    expect(readLookup[list]({ [key]: 1, neverSeen: { a: 1 } })).toMatchObject({
      extra: '{"neverSeen":{"a":1}}',
      drift: [{ field: 'neverSeen', observedType: 'object' }],
    });
  });

  it('keeps a value of another type in extra, and says so', () => {
    expect(readLookup[list]({ [key]: 1, isActive: 'perhaps' })).toMatchObject({
      values: { isActive: null },
      extra: '{"isActive":"perhaps"}',
      drift: [{ field: 'isActive', observedType: 'string' }],
    });
  });

  it('is stored or rejected, whatever JSON it is, and nothing of it is lost', () => {
    const name = fc.oneof(fc.constantFrom(...lookupFields[list], 'id', 'name', 'ID'), fc.string());
    const lossless = (reading: Reading, fields: Readonly<Record<string, unknown>>) => {
      if (!reading.ok) return expect(JSON.parse(reading.raw)).toEqual(JSON.parse(JSON.stringify(fields)));
      const extra = JSON.parse(reading.extra ?? '{}') as object;
      for (const [field, raw] of Object.entries(fields)) {
        const isBlank = raw === null || (typeof raw === 'string' && raw.trim() === '');
        const known = lookupFields[list].find((one) => one.toLowerCase() === field.toLowerCase());
        const aliased = list === 'campaigns' && /^(id|name)$/i.test(field);
        if (isBlank || Object.hasOwn(extra, field)) continue;
        expect(known !== undefined || aliased).toBe(true);
      }
      return expect(Object.keys(reading.values).sort()).toEqual([...lookupFields[list]].sort());
    };
    fc.assert(
      fc.property(fc.dictionary(name, fc.jsonValue()), (fields) => {
        lossless(readLookup[list](fields), fields);
        const known = { ...fields, [key]: 5 };
        lossless(readLookup[list](known), known);
      }),
    );
    fc.assert(
      fc.property(fc.anything(), (record) => {
        expect(typeof readLookup[list](record).ok).toBe('boolean');
      }),
    );
  });
});

describe('what NICE publishes of a record', () => {
  const sample = {
    skills: 'skill',
    campaigns: 'campaign',
    teams: 'team',
    dispositions: 'disposition',
  } as const;

  it.each(lookupNames)('is no drift in %s', (list) => {
    const fields = Object.fromEntries(published[sample[list]].map((name) => [name, null]));
    const reading = readLookup[list]({ ...fields, [keys[list]]: 5 });
    expect(reading).toMatchObject({ ok: true, drift: [] });
  });
});

describe('a campaign', () => {
  it.each([
    { id: 7, name: 'Billing' },
    { campaignId: 7, campaignName: 'Billing' },
    { Id: '7', CampaignName: 'Billing' },
  ])('is called by either pair of names: %j', (record) => {
    expect(readLookup.campaigns(record)).toMatchObject({
      values: { campaignId: 7, campaignName: 'Billing' },
      extra: null,
      drift: [],
    });
  });

  it('may say the same twice; where it says two things, the second is kept and reported', () => {
    const twice = { campaignId: 7, campaignName: 'A', id: 7, name: 'A' };
    expect(readLookup.campaigns(twice)).toMatchObject({ extra: null, drift: [] });
    expect(readLookup.campaigns({ ...twice, name: 'B' })).toMatchObject({
      values: { campaignName: 'A' },
      extra: '{"name":"B"}',
      drift: [{ field: 'name' }],
    });
  });
});

describe('asking for a list', () => {
  let fake: FakeCxone;
  beforeEach(async () => {
    fake = await startFake();
  });
  afterEach(() => fake.close());
  const path = (list: LookupName) => `/incontactapi/services/v34.0/${list}`;

  it.each(lookupNames)('of %s sends the paging and nothing else', async (list) => {
    fake.on(path(list), { body: { totalRecords: 9, [list]: [{ [keys[list]]: 1 }] } });
    const page = await fake.client().lookupPage({ list, skip: 8, top: 100 });
    expect(page).toMatchObject({ records: [{ [keys[list]]: 1 }], totalRecords: 9 });
    expect(fake.seen(path(list)).map(({ query }) => Object.fromEntries(query))).toEqual([
      { skip: '8', top: '100' },
    ]);
  });

  it('takes 204 for an empty list', async () => {
    fake.on(path('teams'), { status: 204 });
    await expect(fake.client().lookupPage({ list: 'teams', skip: 0, top: 5 })).resolves.toMatchObject({
      records: [],
    });
  });

  it('takes a missing list, though there are more rows, for incomplete', async () => {
    fake.on(path('skills'), { body: { totalRecords: 6 } });
    await expect(fake.client().lookupPage({ list: 'skills', skip: 0, top: 5 })).rejects.toMatchObject({
      code: 'IncompleteAnswer',
    });
  });

  it('that is refused is an error for a person, which says what was refused', async () => {
    fake.on(path('skills'), { status: 403 });
    await expect(fake.client().lookupPage({ list: 'skills', skip: 0, top: 5 })).rejects.toMatchObject({
      code: 'LookupsForbidden',
      kind: 'operator',
      status: 403,
      message: expect.stringContaining('skills, campaigns, teams') as string,
    });
  });
});
