import type { FaultArguments, FaultName, RecordingTruth, Simulator } from '../../../simulator';
import { startSimulator } from '../../../simulator';
import { ask, DAY_WINDOW, NOW, parse, Reader } from './client';
import type { Answer, Row } from './client';

interface Interaction {
  readonly data: Row & { readonly fileToPlayUrl?: string | null; readonly sentiments: readonly Row[] };
}

describe('recordings that are awkward', () => {
  let simulator: Simulator;
  let reader: Reader;
  let recordings: readonly RecordingTruth[];

  beforeAll(async () => {
    simulator = await startSimulator({ contactsPerDay: 300, clock: () => NOW, mediaQuota: 'off' });
    reader = await Reader.of(simulator);
    recordings = simulator.truth({ ...DAY_WINDOW, recordings: true }).recordings ?? [];
  });
  afterEach(() => simulator.setFaults([]));
  afterAll(() => simulator.close());

  const under = (name: FaultName, args: FaultArguments = {}): void => simulator.setFaults([{ name, args }]);
  const first = (): RecordingTruth => recordings[0] as RecordingTruth;
  const lookUp = (rest = ''): Promise<Answer> =>
    reader.get(`/media-playback/v1/contacts?acd-call-id=${first().masterContactId}${rest}`);
  const interactions = async (): Promise<readonly Interaction[]> =>
    (parse(await lookUp()) as { interactions: readonly Interaction[] }).interactions;
  const url = async (): Promise<string> =>
    (parse(await lookUp('&isDownload=true')) as { redirectUrl: string }).redirectUrl;

  it('come late: calls younger than so many seconds are unknown', async () => {
    const age = (NOW - DAY_WINDOW.from) / 1000;
    under('mediaLate', { seconds: age });
    const early = await lookUp();
    expect([early.status, parse(early)]).toEqual([
      404,
      { internalCode: 'PLAYBACK_404', message: 'Interaction Not Found' },
    ]);
    const segment = `/media-playback/v1/segments/${first().segmentId}`;
    expect((await reader.get(segment)).status).toBe(404);
    under('mediaLate', { seconds: age - 2 * 86_400 });
    expect((await lookUp()).status).toBe(200);
    expect((await ask(await url())).status).toBe(200);
    under('mediaLate');
    expect((await lookUp()).status).toBe(200);
  });

  it('come in the shapes that were published or seen', async () => {
    const sound = parse(await lookUp()) as { interactions: readonly Interaction[] };
    under('mediaShape', { form: 'Interactions' });
    const capital = parse(await lookUp()) as { Interactions: readonly Interaction[] };
    expect(capital.Interactions).toHaveLength(sound.interactions.length);
    expect(capital).not.toHaveProperty('interactions');
    under('mediaShape', { form: 'value' });
    const nested = parse(await lookUp()) as {
      value: { Interactions: readonly { Interaction: Interaction }[] };
    };
    expect(nested.value.Interactions[0]?.Interaction.data).toHaveProperty('fileToPlayUrl');
    const segment = await reader.get(`/media-playback/v1/segments/${first().segmentId}`);
    expect(parse(segment)).toHaveProperty('value.Interactions');
  });

  it('lack their addresses, as null or altogether', async () => {
    under('nullUrls');
    for (const { data } of await interactions()) expect(data.fileToPlayUrl).toBeNull();
    under('nullUrls', { absent: true });
    for (const { data } of await interactions()) expect(data).not.toHaveProperty('fileToPlayUrl');
  });

  it('lack sentiments and categories without the permission', async () => {
    expect((await interactions())[0]?.data.sentiments).toHaveLength(1);
    under('sentimentsWithheld');
    for (const { data } of await interactions()) {
      expect(data).toMatchObject({ sentiments: [], categoryMatchesList: [] });
    }
    under('sentimentsWithheld');
    const other = await reader.get('/media-playback/v1/contacts?acd-call-id=1');
    expect(other.status).toBe(404);
  });

  it('have no bytes', async () => {
    under('mediaEmpty');
    const { status, headers, body } = await ask(await url());
    expect([status, headers['content-type'], headers['content-length'], body.length]).toEqual([
      200,
      'video/mp4',
      '0',
      0,
    ]);
  });

  it('change their tag between two requests', async () => {
    const address = await url();
    const etag = (await ask(address)).headers.etag as string;
    under('changedEtag');
    const again = await ask(address);
    expect([again.status, again.headers.etag === etag]).toEqual([200, false]);
    expect((await ask(address, { headers: { 'If-Match': etag, Range: 'bytes=9-' } })).status).toBe(412);
    const whole = await ask(address, { headers: { 'If-Range': etag, Range: 'bytes=9-' } });
    expect([whole.status, whole.body.length]).toEqual([200, again.body.length]);
    const part = await ask(address, { headers: { Range: 'bytes=9-' } });
    expect([part.status, part.headers.etag === etag]).toEqual([206, false]);
  });

  it('ignore ranges', async () => {
    const address = await url();
    under('rangeIgnored');
    const { status, headers, body } = await ask(address, { headers: { Range: 'bytes=10-19' } });
    expect([status, headers['content-range'], headers['accept-ranges']]).toEqual([200, undefined, undefined]);
    expect(body.length).toBeGreaterThan(10);
  });

  it('leave the APIs alone where only files are meant, and files where only look-ups are', async () => {
    for (const name of ['mediaEmpty', 'changedEtag', 'rangeIgnored', 'mediaTruncated'] as const) {
      under(name);
      expect((await interactions()).length).toBeGreaterThan(0);
    }
    const address = await url();
    for (const name of ['nullUrls', 'mediaShape', 'sentimentsWithheld', 'mediaMissing'] as const) {
      under(name);
      expect((await ask(address)).body.length).toBeGreaterThan(1000);
    }
  });
});

describe('Data Extraction', () => {
  let simulator: Simulator;
  let reader: Reader;
  let token: string;

  beforeAll(async () => {
    simulator = await startSimulator({ contactsPerDay: 200, clock: () => NOW });
    reader = await Reader.of(simulator);
    token = simulator.canaries.filter((canary) => canary.startsWith('eyJ'))[0] as string;
  });
  afterEach(() => simulator.setFaults([]));
  afterAll(() => simulator.close());

  const jobs = '/data-extraction/v1/jobs';
  const create = (body: object): Promise<Answer> =>
    ask(`${simulator.address}${jobs}`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
  const day = { startDate: '2026-03-10', endDate: '2026-03-10', version: '7' };
  const metadata = { entityName: 'recording-interaction-metadata', ...day };
  interface Status {
    readonly jobStatus: {
      readonly id: string;
      readonly status: string;
      readonly result: Readonly<Record<'url' | 'errorMessage', string | null>>;
    };
  }
  const poll = async (id: string): Promise<Status['jobStatus']> =>
    (parse(await reader.get(`${jobs}/${id}`)) as Status).jobStatus;

  it('takes a job, lets it run, and gives a CSV of all recorded segments', async () => {
    const created = await create(metadata);
    const id = parse(created) as string;
    expect([created.status, typeof id]).toEqual([202, 'string']);
    expect(await poll(id)).toMatchObject({ id, status: 'RUNNING', result: { url: null } });
    const { status, result } = await poll(id);
    expect(status).toBe('SUCCEEDED');
    const csv = (await ask(result.url as string)).body.toString();
    expect(csv.startsWith('\uFEFF"ACD Call ID","Segment ID"')).toBe(true);
    const stored = csv.split('\r\n').filter((line) => line.includes('"Success"'));
    const { recordings = [] } = simulator.truth({ ...DAY_WINDOW, recordings: true });
    expect(stored.map((line) => line.split('"')[3])).toEqual(recordings.map(({ segmentId }) => segmentId));
    expect(parse(await reader.get(jobs))).toEqual({ jobs: [{ id, status: 'SUCCEEDED' }] });
  });

  it('fails for an entity it does not know', async () => {
    const id = parse(await create({ ...metadata, entityName: 'wfm-payroll' })) as string;
    await poll(id);
    expect(await poll(id)).toMatchObject({ status: 'FAILED', result: { url: null } });
  });

  it('refuses what is no job, and whoever may not', async () => {
    for (const body of [{}, { ...metadata, startDate: '2026-03-11' }, { ...metadata, endDate: 'soon' }]) {
      expect((await create(body)).status).toBe(400);
    }
    expect((await reader.get(`${jobs}/nothing`)).status).toBe(404);
    expect((await reader.get('/data-extraction/v2/nothing')).status).toBe(404);
    expect((await reader.get(jobs, { Authorization: undefined })).status).toBe(401);
    simulator.setFaults([{ name: 'extractionBusy' }]);
    const busy = await create(metadata);
    expect([busy.status, busy.headers['content-type']]).toEqual([403, 'text/plain']);
    simulator.setFaults([{ name: 'forbidden', match: { family: 'extraction' } }]);
    expect((await create(metadata)).status).toBe(403);
  });
});
