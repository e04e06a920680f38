import { createHash } from 'node:crypto';
import { type RecordingTruth, type Simulator, startSimulator } from '../../../simulator';
import { ask, dayWindow, parse, Reader, type Row, simulatedNow, wholeDay } from './client';
import names from './published-field-names.json';

interface Playback extends Row {
  readonly interactions: readonly {
    readonly data: {
      readonly fileToPlayUrl: string | null;
      readonly segmentsDataList: readonly { readonly segmentId: string }[];
      readonly participantDataList: readonly Row[];
      readonly waveformDataList: readonly Row[];
      readonly categoryMatchesList: readonly Row[];
      readonly sentiments: readonly Row[];
    };
  }[];
}

const playbackQuery = (id: unknown, rest = ''): string =>
  `/media-playback/v1/contacts?acd-call-id=${String(id)}&exclude-waveforms=true${rest}`;
const keys = (value: object): string[] => Object.keys(value).toSorted();
const sha256 = (data: Buffer): string => createHash('sha256').update(data).digest('hex');

describe('Media Playback', () => {
  let now = simulatedNow;
  let simulator: Simulator;
  let reader: Reader;
  let recordings: readonly RecordingTruth[];
  let rows: Row[];

  beforeAll(async () => {
    const mediaBytes = { min: 1000, max: 90_000 };
    simulator = await startSimulator({
      contactsPerDay: 400,
      clock: () => now,
      mediaQuota: 'off',
      tokenLifetimeSeconds: 1e9,
      mediaBytes,
    });
    reader = await Reader.of(simulator);
    rows = await reader.pages({ ...wholeDay, orderBy: 'contactId' }, 10_000);
    recordings = simulator.truth({ ...dayWindow, recordings: true }).recordings ?? [];
  });
  afterEach(() => (now = simulatedNow));
  afterAll(() => simulator.close());

  const urlOf = async (masterContactId: number): Promise<string> => {
    const answer = parse(await reader.get(playbackQuery(masterContactId, '&isDownload=true'))) as {
      redirectUrl: string;
    };
    return answer.redirectUrl;
  };
  const first = (): RecordingTruth => recordings[0] as RecordingTruth;

  it('gives every interaction of every logged call, and files that equal the truth', async () => {
    const logged = new Set(rows.filter((row) => row['isLogged']).map((row) => row['masterContactId']));
    const found: RecordingTruth[] = [];
    let several = 0;
    for (const master of logged) {
      const answer = parse(await reader.get(playbackQuery(master))) as Playback;
      if (answer.interactions.length > 1) several++;
      for (const { data } of answer.interactions) {
        if (data.fileToPlayUrl === null) continue;
        expect(data.fileToPlayUrl.startsWith(`${simulator.mediaAddress}/`)).toBe(true);
        const { status, headers, body } = await ask(data.fileToPlayUrl);
        expect([status, headers['content-type'], headers['content-length']]).toEqual([
          200,
          'video/mp4',
          String(body.length),
        ]);
        expect(body.subarray(4, 8).toString()).toBe('ftyp');
        found.push({
          masterContactId: master as number,
          segmentId: data.segmentsDataList[0]?.segmentId ?? '',
          bytes: body.length,
          sha256: sha256(body),
        });
      }
    }
    expect(found).toEqual(recordings);
    expect(several / logged.size).toBeGreaterThan(0.04);
    expect(several / logged.size).toBeLessThan(0.2);
    expect(new Set(found.map((file) => file.segmentId)).size).toBe(found.length);
    expect(new Set(found.map((file) => file.sha256)).size).toBe(found.length);
  });

  it('answers in the published shape', async () => {
    const path = `/media-playback/v1/contacts?acd-call-id=${first().masterContactId}`;
    const answer = parse(await reader.get(path)) as Playback;
    expect(keys(answer)).toEqual([...names.playback, 'brandEmbassyConfig'].toSorted());
    expect(answer['acdcontactId']).toBe(String(first().masterContactId));
    const [interaction] = answer.interactions;
    const { data } = interaction as Playback['interactions'][0];
    expect(keys(interaction as object)).toEqual(names.interaction.toSorted());
    expect(keys(data)).toEqual(names.data.toSorted());
    expect(data.waveformDataList.length).toBeGreaterThan(0);
    for (const person of data.participantDataList) expect(keys(person)).toEqual(names.participant.toSorted());
    for (const segment of data.segmentsDataList) expect(keys(segment)).toEqual(names.segment.toSorted());
    for (const sentiment of data.sentiments) expect(keys(sentiment)).toEqual(names.sentiment.toSorted());
    for (const match of data.categoryMatchesList) expect(keys(match)).toEqual(names.category.toSorted());
  });

  it('answers 404 for what has no recording: unknown, not logged, a later leg, another medium', async () => {
    const notLogged = rows.find((row) => row['isLogged'] === false);
    const later = rows.find((row) => row['isLogged'] && row['contactId'] !== row['masterContactId']);
    for (const path of [
      playbackQuery('1'),
      playbackQuery('abc'),
      playbackQuery(notLogged?.['masterContactId']),
      playbackQuery(later?.['contactId']),
      playbackQuery(first().masterContactId, '&media-type=chat'),
    ]) {
      const answer = await reader.get(path);
      expect([answer.status, keys(parse(answer) as object)]).toEqual([404, ['internalCode', 'message']]);
    }
    expect((await reader.get('/media-playback/v1/contacts')).status).toBe(400);
  });

  it('takes media types singly, repeated or together', async () => {
    for (const types of [
      '&media-type=all',
      '&media-type=chat&media-type=voice-only',
      '&media-type=voice-and-screen',
    ]) {
      expect((await reader.get(playbackQuery(first().masterContactId, types))).status).toBe(200);
    }
  });

  it('has the recording of a young call later, not now', async () => {
    const started = Date.parse(
      rows.find((row) => row['contactId'] === first().masterContactId)?.['contactStartDate'] as string,
    );
    now = started + 60_000;
    expect((await reader.get(playbackQuery(first().masterContactId))).status).toBe(404);
    now = started + 4 * 3_600_000;
    expect((await reader.get(playbackQuery(first().masterContactId))).status).toBe(200);
  });

  it('finds an interaction by its segment', async () => {
    const answer = await reader.get(`/media-playback/v1/segments/${first().segmentId}`);
    expect(answer.body.toString()).toContain(first().segmentId);
    const unknown = '00000000-0000-4000-9000-000000000000';
    expect((await reader.get(`/media-playback/v1/segments/${unknown}`)).status).toBe(404);
  });

  it('refuses a presigned address together with a token, tampered with, or too late', async () => {
    const url = await urlOf(first().masterContactId);
    expect((await ask(url)).status).toBe(200);
    expect((await ask(url, { headers: { Authorization: 'Bearer x' } })).status).toBe(400);
    expect((await ask(url.replace(/Signature=.{4}/, 'Signature=0000'))).status).toBe(403);
    expect((await ask(url.replace('Expires=60', 'Expires=99999'))).status).toBe(403);
    expect((await ask(url, { method: 'PUT' })).status).toBe(405);
    now += 59_999;
    expect((await ask(url)).status).toBe(200);
    now += 1;
    const late = await ask(url);
    expect([late.status, late.headers['content-type']]).toEqual([403, 'application/xml']);
    expect(late.body.toString()).toContain('Request has expired');
  });

  it('serves ranges, whole files where a condition fails, and says when it cannot', async () => {
    const url = await urlOf(first().masterContactId);
    const whole = await ask(url);
    const size = whole.body.length;
    const etag = whole.headers.etag as string;
    const ranges: [string, number, number][] = [
      ['bytes=0-0', 0, 1],
      ['bytes=10-99', 10, 100],
      ['bytes=60-70', 60, 71],
      ['bytes=500-', 500, size],
      ['bytes=-100', size - 100, size],
      [`bytes=900-${size * 2}`, 900, size],
    ];
    for (const [range, from, to] of ranges) {
      const part = await ask(url, { headers: { Range: range, 'If-Match': etag } });
      expect([part.status, part.headers['content-range']]).toEqual([206, `bytes ${from}-${to - 1}/${size}`]);
      expect(part.body.equals(whole.body.subarray(from, to))).toBe(true);
    }
    expect((await ask(url, { headers: { Range: `bytes=${size}-` } })).status).toBe(416);
    expect((await ask(url, { headers: { Range: 'bytes=1-2', 'If-Range': '"other"' } })).body.length).toBe(
      size,
    );
    expect((await ask(url, { headers: { 'If-Match': '"other"' } })).status).toBe(412);
    expect((await ask(url, { headers: { Range: 'lines=1-2' } })).status).toBe(200);
  });

  it('has every signature among the canaries and none in the journal', async () => {
    const url = await urlOf(first().masterContactId);
    await ask(url);
    const signature = new URL(url).searchParams.get('X-Amz-Signature') as string;
    expect(simulator.canaries).toContain(signature);
    expect(JSON.stringify(simulator.journal.entries())).not.toContain(signature);
    expect(simulator.journal.entries({ family: 'file' }).at(-1)).toMatchObject({
      status: 200,
      method: 'GET',
    });
  });
});

describe('the Media Playback quota', () => {
  it('admits 150 playback queries in any five minutes; refused ones and other APIs do not count', async () => {
    let now = simulatedNow;
    const simulator = await startSimulator({ contactsPerDay: 50, clock: () => now });
    const reader = await Reader.of(simulator);
    const statuses = async (count: number): Promise<Record<number, number>> => {
      const seen: Record<number, number> = {};
      for (let i = 0; i < count; i++) {
        const { status } = await reader.get(playbackQuery('1'));
        seen[status] = (seen[status] ?? 0) + 1;
      }
      return seen;
    };
    expect(await statuses(100)).toEqual({ 404: 100 });
    now += 200_000;
    expect(await statuses(60)).toEqual({ 404: 50, 429: 10 });
    const refused = await reader.get(playbackQuery('1'));
    expect(keys(parse(refused) as object)).toEqual(['message', 'route']);
    expect(refused.headers['retry-after']).toBeUndefined();
    expect((await reader.get('/incontactapi/services/v34.0/agents')).status).toBe(200);
    now += 100_000;
    expect(await statuses(101)).toEqual({ 404: 100, 429: 1 });
    await simulator.close();
  });
});
