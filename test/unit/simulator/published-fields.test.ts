import { type Simulator, startSimulator } from '../../../simulator';
import { ask, askToken, dayWindow, parse, Reader, type Row, simulatedNow, wholeDay } from './client';
import names from './published-field-names.json';

const apiPath = '/incontactapi/services/v34.0';

/**
 * Members that real answers have beyond the published schemas, or that clients rely on (contract §1.2, §2.2, §3.3, §4.2);
 * nothing else may be served that is not published.
 */
const unpublished: Partial<Record<keyof typeof names, readonly string[]>> = {
  openidConfiguration: ['jwks_uri', 'code_challenge_methods_supported'],
  playback: ['brandEmbassyConfig'],
  segmentPlayback: ['brandEmbassyConfig'],
  stage: ['mergedParentId'],
  contactDetails: ['divisionNo'],
  campaigns: ['lastPollTime', '_links'],
  campaign: ['campaignId', 'campaignName'],
  dispositions: ['lastPollTime'],
  skill: ['lastUpdateTime'],
};

const columns = (list: string): readonly string[] => list.toLowerCase().trim().split(/\s+/);

/** Columns that clients read (contract §10); from `endDate` on, what Media Playback says of the same interaction. */
const interactionColumns = columns(`
  ACDCallID SegmentID StartDate VoiceRecordingStatus Agent1ACDID Agent1Name Agent1Team Agent1Skills
  Agent1ContactNumber ANI DNIS Disposition
  EndDate ScreenRecordingStatus Direction MediaType ChannelType`);
const evaluationColumns = columns(`
  tenantName agentId type evaluationFlowTrigger workflowStatus workflowState autoAcknowledged workflowId planName
  formName formVersion startDate submissionDate lastUpdated scorePercentage score maximumPossibleScore rank
  failedCriticalQuestion userReviewComments disputeResolverComments segmentId acdId interactionType
  interactionStartDate interactionEndDate interactionDirection teamId teamName phoneNumber firstname lastname`);

const lower = (text: string): string => text.toLowerCase();

/** Casing differs between schema and payload (contract §3.2, §4.2), so names are compared without it. */
function expectPublished(schema: keyof typeof names, values: unknown): void {
  const known = new Set([...names[schema], ...(unpublished[schema] ?? [])].map(lower));
  const rows = (Array.isArray(values) ? values : [values]) as readonly object[];
  expect([schema, rows.length > 0]).toEqual([schema, true]);
  for (const row of rows) {
    const strangers = Object.keys(row).filter((name) => !known.has(lower(name)));
    expect([schema, strangers]).toEqual([schema, []]);
  }
}

describe('every operation answers with published members only', () => {
  let simulator: Simulator;
  let reader: Reader;

  beforeAll(async () => {
    simulator = await startSimulator({
      ...{ contactsPerDay: 300, clock: () => simulatedNow },
      ...{ mediaQuota: 'off', extractionSpacingSeconds: 0 },
    });
    reader = await Reader.of(simulator);
  });
  afterAll(() => simulator.close());

  const get = async (path: string): Promise<Row> => parse(await reader.get(path)) as Row;

  it('discovery and keys', async () => {
    const { tenantId } = simulator.credentials;
    expectPublished('openidConfiguration', await get('/.well-known/openid-configuration'));
    expectPublished(
      'tenantConfiguration',
      await get(`/.well-known/cxone-configuration?tenantId=${tenantId}`),
    );
    const jwks = await get('/auth/jwks');
    expectPublished('keys', jwks);
    expectPublished('key', jwks['keys']);
  });

  it('token by access key alone', async () => {
    const { accessKeyId, accessKeySecret } = simulator.credentials;
    const answer = await ask(`${simulator.address}/authentication/v1/token/access-key`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ accessKeyId, accessKeySecret }),
    });
    expectPublished('token', parse(answer));
  });

  it('contacts, one by one and in pages, with tags', async () => {
    const page = (await reader.page({ ...wholeDay, orderBy: 'contactId', tags: 'true' })) as unknown as Row;
    const rows = page['completedContacts'] as Row[];
    expectPublished('completed', page);
    expectPublished('contact', rows);
    expectPublished(
      'tag',
      rows.flatMap((row) => row['tags']),
    );
    const one = await get(`${apiPath}/contacts/${String(rows[0]?.['contactId'])}`);
    expectPublished('contactById', one);
    expectPublished('contactDetails', one['contactId']);
  });

  it('agents, one by one and all', async () => {
    const page = await get(`${apiPath}/agents`);
    expectPublished('agents', page);
    expectPublished('agent', page['agents']);
    const [agent] = page['agents'] as Row[];
    expectPublished('agent', (await get(`${apiPath}/agents/${String(agent?.['userId'])}`))['agents']);
  });

  it('states of contacts, skills and states of agents', async () => {
    const { completedContacts } = await reader.page({ ...wholeDay, orderBy: 'contactId', top: 20 });
    for (const { contactId } of completedContacts) {
      const history = await get(`${apiPath}/contacts/${String(contactId)}/state-history`);
      expectPublished('contactState', history['contactStateHistory']);
    }
    const skills = await get(`${apiPath}/agents/skills`);
    expectPublished('agentSkills', skills);
    expectPublished('agentSkill', skills['agentSkillAssignments']);
    expectPublished('agentState', (await get(`${apiPath}/agents-states`))['agentStates']);
  });

  it('reference data', async () => {
    const lists = [
      ['teams', 'team'],
      ['dispositions', 'disposition'],
      ['campaigns', 'campaign'],
    ] as const;
    for (const [list, member] of lists) {
      const answer = await get(`${apiPath}/${list}`);
      const page = (answer['resultSet'] ?? answer) as Row;
      expectPublished(list, page);
      expectPublished(member, page[list]);
    }
    // The published schema of the list has no body; that of a single skill has.
    expectPublished('skill', (await get(`${apiPath}/skills`))['skills']);
    const media = await get(`${apiPath}/media-types`);
    expectPublished('mediaTypes', media);
    expectPublished('mediaType', media['mediaTypes']);
    expectPublished(
      'mediaSubType',
      (media['mediaTypes'] as Row[]).flatMap((type) => type['subTypes']),
    );
    const unit = await get(`${apiPath}/business-unit`);
    expectPublished('businessUnits', unit);
    expectPublished('businessUnit', unit['businessUnits']);
  });

  it('recordings, by call and by segment', async () => {
    const { recordings = [] } = simulator.truth({ ...dayWindow, recordings: true });
    for (const { masterContactId, segmentId } of recordings.slice(0, 20)) {
      const call = await get(`/media-playback/v1/contacts?acd-call-id=${masterContactId}`);
      expectPublished('playback', call);
      const segment = await get(`/media-playback/v1/segments/${segmentId}`);
      expectPublished('segmentPlayback', segment);
      const interactions = (call['interactions'] ?? []) as Row[];
      expectPublished('interaction', interactions);
      const data = interactions.map((interaction) => interaction['data'] as Record<string, Row[]>);
      expectPublished('data', data);
      const people = data.flatMap((one) => one['participantDataList'] ?? []);
      expectPublished('participant', people);
      expectPublished(
        'stage',
        people.flatMap((person) => person['voiceStages']),
      );
      expectPublished(
        'segment',
        data.flatMap((one) => one['segmentsDataList']),
      );
      expectPublished(
        'sentiment',
        data.flatMap((one) => one['sentiments']),
      );
    }
  });

  it('extraction jobs', async () => {
    const path = '/data-extraction/v1/jobs';
    const token = simulator.canaries.find((canary) => canary.startsWith('eyJ'));
    const day = { startDate: '2026-03-10', endDate: '2026-03-10', version: '7' };
    await ask(`${simulator.address}${path}`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${token}` },
      body: JSON.stringify({ entityName: 'recording-interaction-metadata', ...day }),
    });
    const list = await get(path);
    expectPublished('jobs', list);
    expectPublished('job', list['jobs']);
    const job = await get(`${path}/${String((list['jobs'] as Row[])[0]?.['id'])}`);
    const { result, ...status } = job['jobStatus'] as { readonly result: object };
    expectPublished('jobAnswer', job);
    expectPublished('jobStatus', status);
    expectPublished('jobResult', result);
  });

  it.each([
    ['recording-interaction-metadata', '7', interactionColumns],
    ['recording-interaction-metadata', '10', interactionColumns],
    ['qm-workflows', '4', evaluationColumns],
    ['qm-workflows', '1', evaluationColumns],
  ])('columns of %s %s', async (entityName, version, known) => {
    const { access_token } = parse(await askToken(simulator)) as { access_token: string };
    const { body } = await ask(`${simulator.address}/data-extraction/v1/jobs`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${access_token}` },
      body: JSON.stringify({ entityName, version, startDate: '2026-03-10', endDate: '2026-03-10' }),
    });
    const path = `/data-extraction/v1/jobs/${JSON.parse(body.toString()) as string}`;
    await get(path);
    const { jobStatus } = (await get(path)) as { jobStatus: { result: { url: string } } };
    const csv = (await ask(jobStatus.result.url)).body.toString();
    const header = csv.slice(1, csv.indexOf('\r\n')).split(',');
    const plain = header.map((name) => name.replace(/[^A-Za-z0-9]/g, '').toLowerCase());
    const strangers = plain.filter((name) => !known.some((column) => name.startsWith(column)));
    expect([header.length > 10, strangers]).toEqual([true, []]);
  });
});
