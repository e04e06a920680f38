import {
  type FaultArguments,
  type FaultName,
  type RecordingTruth,
  type Simulator,
  startSimulator,
} from '../../../../simulator';
import { type Answer, ask, dayWindow, parse, Reader, type Row, simulatedNow } from '../client';

interface Interaction {
  readonly data: Row & { readonly fileToPlayUrl?: string | null; readonly sentiments: readonly Row[] };
}

describe('recordings that are awkward', () => {
  let simulator: Simulator;
  let reader: Reader;
  let recordings: readonly RecordingTruth[];

  beforeAll(async () => {
    simulator = await startSimulator({ contactsPerDay: 300, clock: () => simulatedNow, mediaQuota: 'off' });
    reader = await Reader.of(simulator);
    recordings = simulator.truth({ ...dayWindow, recordings: true }).recordings ?? [];
  });
  afterEach(() => simulator.setFaults([]));
  afterAll(() => simulator.close());

  const under = (name: FaultName, args: FaultArguments = {}): void => simulator.setFaults([{ name, args }]);
  const first = (): RecordingTruth => recordings[0] as RecordingTruth;
  const playbackQuery = (rest = ''): Promise<Answer> =>
    reader.get(`/media-playback/v1/contacts?acd-call-id=${first().masterContactId}${rest}`);
  const interactions = async (): Promise<readonly Interaction[]> =>
    (parse(await playbackQuery()) as { interactions: readonly Interaction[] }).interactions;
  const url = async (): Promise<string> =>
    (parse(await playbackQuery('&isDownload=true')) as { redirectUrl: string }).redirectUrl;

  it('come late: calls younger than the given number of seconds are unknown', async () => {
    const age = (simulatedNow - dayWindow.from) / 1000;
    under('mediaLate', { seconds: age });
    const early = await playbackQuery();
    expect([early.status, parse(early)]).toEqual([
      404,
      { internalCode: 'PLAYBACK_404', message: 'Interaction Not Found' },
    ]);
    const segment = `/media-playback/v1/segments/${first().segmentId}`;
    expect((await reader.get(segment)).status).toBe(404);
    under('mediaLate', { seconds: age - 2 * 86_400 });
    expect((await playbackQuery()).status).toBe(200);
    expect((await ask(await url())).status).toBe(200);
    under('mediaLate');
    expect((await playbackQuery()).status).toBe(200);
  });

  it('come in the shapes that were published or seen', async () => {
    const sound = parse(await playbackQuery()) as { interactions: readonly Interaction[] };
    under('mediaShape', { form: 'Interactions' });
    const capital = parse(await playbackQuery()) as { Interactions: readonly Interaction[] };
    expect(capital.Interactions).toHaveLength(sound.interactions.length);
    expect(capital).not.toHaveProperty('interactions');
    under('mediaShape', { form: 'value' });
    const nested = parse(await playbackQuery()) as {
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

  it('leave the APIs alone where only files are meant, and files where only playback queries are', async () => {
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
