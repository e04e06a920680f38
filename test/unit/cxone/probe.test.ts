import { type FakeCxone, paths, startFake } from './fake-cxone';

let fake: FakeCxone;
beforeEach(async () => {
  fake = await startFake();
});
afterEach(() => fake.close());

const lists = '/incontactapi/services/v34.0';
const jobs = '/data-extraction/v1/jobs';
const span = { from: new Date('2026-01-01T00:00:00Z'), to: new Date('2026-01-02T00:00:00Z'), filter: {} };

describe('a sample of contacts', () => {
  const contact = { contactId: 1, masterContactId: 1, contactStartDate: '2026-01-01T10:00:00Z' };

  it('asks for what was said and nothing else', async () => {
    fake.on(paths.contacts, { status: 204 });
    const request = { ...span, filter: { mediaTypeId: 4 }, isLogged: true, latestFirst: true, top: 5 };
    await fake.client().probe.contacts({ ...request, fields: ['contactId', 'contactStartDate'] });
    expect(Object.fromEntries(fake.seen(paths.contacts)[0]?.query ?? [])).toEqual({
      startDate: '2026-01-01T00:00:00.000Z',
      endDate: '2026-01-02T00:00:00.000Z',
      mediaTypeId: '4',
      isLogged: 'true',
      fields: 'contactId,contactStartDate',
      orderBy: 'contactStartDate desc',
      skip: '0',
      top: '5',
    });
  });

  it.each([
    ['no answer at all', { status: 204 }, 0],
    ['an empty list without a count', { body: { completedContacts: [] } }, 0],
    ['a count', { body: { totalRecords: 7, completedContacts: [contact] } }, 7],
    ['rows without a count', { body: { completedContacts: [contact] } }, null],
  ])('counts by %s', async (_what, reply, total) => {
    fake.on(paths.contacts, reply);
    const sample = await fake.client().probe.contacts({ ...span, top: 1 });
    expect(sample.totalRecords).toBe(total);
  });

  it('leaves out records that cannot be read', async () => {
    const lastPollTime = '2026-01-03T00:00:00Z';
    fake.on(paths.contacts, {
      body: { totalRecords: 3, lastPollTime, completedContacts: [contact, { contactId: 'x' }, null] },
    });
    const sample = await fake.client().probe.contacts({ ...span, top: 3 });
    expect(sample.contacts).toMatchObject([{ contactId: 1, contactStartDate: '2026-01-01T10:00:00Z' }]);
    expect(sample.lastPollTime).toBe(lastPollTime);
  });
});

describe('ids of a reference list', () => {
  it('come from every page', async () => {
    fake.on(
      `${lists}/skills`,
      { body: { totalRecords: 3, skills: [{ skillId: 1 }, { skillId: '2' }] } },
      { body: { totalRecords: 3, skills: [{ skillId: 3 }] } },
    );
    const { ids, complete } = await fake.client().probe.listedIds('skills');
    expect({ ids: [...ids], complete }).toEqual({ ids: [1, 2, 3], complete: true });
    expect(fake.seen(`${lists}/skills`).map(({ query }) => query.get('skip'))).toEqual(['0', '2']);
  });

  it('are not complete where the list goes on and on', async () => {
    fake.on(`${lists}/skills`, { body: { totalRecords: 1_000_000, skills: [{ skillId: 1 }] } });
    expect(await fake.client().probe.listedIds('skills')).toMatchObject({ complete: false });
    expect(fake.seen(`${lists}/skills`)).toHaveLength(3);
  });

  it.each([
    ['campaigns', { resultSet: { campaigns: [{ campaignId: 5 }] } }],
    ['campaigns', { campaigns: [{ id: 5 }] }],
    ['media-types', { mediaTypes: [{ mediaTypeId: 5 }] }],
  ] as const)('of %s are read from %j', async (list, body) => {
    fake.on(`${lists}/${list}`, { body });
    expect([...(await fake.client().probe.listedIds(list)).ids]).toEqual([5]);
  });

  it('that are refused bear the family’s name', async () => {
    fake.on(`${lists}/skills`, { status: 403 });
    await expect(fake.client().probe.listedIds('skills')).rejects.toMatchObject({
      status: 403,
      kind: 'operator',
      message: expect.stringContaining('skills, campaigns'),
    });
  });
});

describe('a look at a call', () => {
  const data = {
    fileToPlayUrl: 'https://x.s3.amazonaws.com/a.mp4?X-Amz-Signature=canary',
    sentiments: [{ overallSentiment: 'MIXED' }, { overallSentiment: 'NEUTRAL' }],
    categoryMatchesList: [{ categoryHierarchy: ['a'] }],
  };

  it.each([
    ['interactions', { interactions: [{ data }] }],
    ['Interactions', { Interactions: [{ data }] }],
    ['value.Interactions[].Interaction', { value: { Interactions: [{ Interaction: { data } }] } }],
  ])('counts sentiments and categories under %s', async (_shape, body) => {
    fake.on(paths.media, { body });
    expect(await fake.client().probe.playback('7')).toMatchObject({
      interactions: [{ url: data.fileToPlayUrl }],
      sentiments: 2,
      categories: 1,
    });
  });

  it.each([[null], [[]], [undefined]])('counts none where they are %j', async (list) => {
    const withheld = { fileToPlayUrl: null, sentiments: list, categoryMatchesList: list };
    fake.on(paths.media, { body: { interactions: [{ data: withheld }] } });
    expect(await fake.client().probe.playback('7')).toMatchObject({ sentiments: 0, categories: 0 });
  });

  it('is null where there is nothing', async () => {
    fake.on(paths.media, { status: 404, body: { internalCode: 'x', message: 'Interaction Not Found' } });
    expect(await fake.client().probe.playback('7')).toBeNull();
  });
});

describe('a look at Data Extraction', () => {
  it.each([
    ['open', { body: { jobs: [] } }],
    ['open', { status: 204 }],
    ['refused', { status: 403, body: { message: 'The user does not have permission' } }],
    ['refused', { status: 403 }],
    ['busy', { status: 403, body: 'Only one request is allowed every 30 seconds' }],
  ])('says %s for %j and creates no job', async (access, reply) => {
    fake.on(jobs, reply);
    expect(await fake.client().probe.extraction()).toBe(access);
    expect(fake.seen(jobs).map(({ method }) => method)).toEqual(['GET']);
  });
});

describe('the steps of signing in', () => {
  const stepsOf = async () => {
    const steps: object[] = [];
    const client = fake.client({}, { onSignIn: (step) => void steps.push(step) });
    await client.authenticate().catch(() => {});
    return steps;
  };

  it('are reported as they succeed, without the token', async () => {
    const steps = await stepsOf();
    expect(steps).toEqual([
      { step: 'discovery' },
      { step: 'token', tenantId: 'tenant-guid', area: 'uk1' },
      { step: 'tenant', apiEndpoint: fake.origin, area: 'na1' },
    ]);
  });

  it.each([
    [paths.openid, []],
    [paths.token, ['discovery']],
    [paths.configuration, ['discovery', 'token']],
  ])('end before %s when that fails', async (path, reached) => {
    fake.on(path, { status: 404 });
    expect((await stepsOf()).map((step) => (step as { step: string }).step)).toEqual(reached);
  });
});
