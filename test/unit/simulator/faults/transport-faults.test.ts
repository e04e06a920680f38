import { get } from 'node:http';
import { type FaultRule, type Simulator, startSimulator } from '../../../../simulator';
import { type Answer, ask, dayWindow, parse, Reader, simulatedNow, wholeDay } from '../client';

const agentsPath = '/incontactapi/services/v34.0/agents';
const mediaPath = '/media-playback/v1/contacts?acd-call-id=1';

describe('an answer that goes wrong', () => {
  let simulator: Simulator;
  let reader: Reader;

  beforeAll(async () => {
    simulator = await startSimulator({ contactsPerDay: 300, clock: () => simulatedNow, mediaQuota: 'off' });
    reader = await Reader.of(simulator);
  });
  afterEach(() => simulator.setFaults([]));
  afterAll(() => simulator.close());

  const under = (...rules: FaultRule[]): void => simulator.setFaults(rules);
  const page = (): Promise<Answer> => reader.completed({ ...wholeDay, orderBy: 'contactId', top: 100 });
  const fileUrl = async (): Promise<string> => {
    const { recordings = [] } = simulator.truth({ ...dayWindow, recordings: true });
    const id = recordings[0]?.masterContactId;
    const answer = await reader.get(`/media-playback/v1/contacts?acd-call-id=${id}&isDownload=true`);
    return (parse(answer) as { redirectUrl: string }).redirectUrl;
  };

  it.each([
    ['without Retry-After', {}, undefined],
    ['with seconds', { retryAfter: 7 }, '7'],
    ['with a date', { retryAfter: 7, retryAfterDate: true }, new Date(simulatedNow + 7000).toUTCString()],
  ])('can be 429 %s', async (_form, args, header) => {
    under({ name: 'tooManyRequests', args });
    const answer = await page();
    expect([answer.status, answer.headers['retry-after'], answer.body.length]).toEqual([429, header, 0]);
    const media = await reader.get(mediaPath);
    expect([media.status, media.headers['retry-after']]).toEqual([429, header]);
    expect(parse(media)).toEqual({
      message: expect.any(String) as string,
      route: '/media-playback/v1/contacts',
    });
  });

  it.each(['unauthorized', 'forbidden'] as const)('can be %s in each family its own way', async (name) => {
    const status = name === 'forbidden' ? 403 : 401;
    const url = await fileUrl();
    under({ name });
    for (const answer of [await page(), await reader.get(agentsPath)]) {
      expect([answer.status, answer.body.length]).toEqual([status, 0]);
      expect(answer.headers['icstatusdescription']).toEqual(expect.any(String));
    }
    for (const path of [mediaPath, '/data-extraction/v1/jobs']) {
      const answer = await reader.get(path);
      expect([answer.status, parse(answer)]).toMatchObject([
        status,
        { message: expect.any(String) as string },
      ]);
    }
    const token = await ask(`${simulator.address}/auth/token`, { method: 'POST' });
    expect([token.status, parse(token)]).toMatchObject([status, { error: expect.any(String) as string }]);
    const file = await ask(url);
    expect([file.status, file.headers['content-type']]).toEqual([status, 'application/xml']);
  });

  it('can be forbidden for one family alone', async () => {
    under({ name: 'forbidden', match: { family: 'agents' } });
    expect([(await page()).status, (await reader.get(agentsPath)).status]).toEqual([200, 403]);
  });

  it('can be broken in its last byte only, with a length that is right', async () => {
    const sound = (await page()).body;
    under({ name: 'malformedJson' });
    const { status, headers, body } = await page();
    expect([status, headers['content-length'], body.length]).toEqual([
      200,
      String(sound.length),
      sound.length,
    ]);
    expect(body.subarray(0, -1).equals(sound.subarray(0, -1))).toBe(true);
    expect(() => JSON.parse(body.toString()) as unknown).toThrow(SyntaxError);
  });

  it('can announce more bytes than come, and then the connection ends', async () => {
    under({ name: 'wrongLength', args: { bytes: 5 } });
    await expect(page()).rejects.toThrow('aborted');
  });

  it('can announce fewer bytes than come', async () => {
    const sound = (await page()).body;
    under({ name: 'wrongLength', args: { bytes: -5 }, match: { family: 'contacts' } });
    const cut = await page().catch(() => undefined);
    // Depending on how the bytes fall into packets the surplus shows as a protocol error, or not at all.
    expect(cut?.body.length ?? sound.length - 5).toBe(sound.length - 5);
  });

  it('can drip', async () => {
    const sound = (await page()).body;
    under({ name: 'slowBody', args: { chunkBytes: Math.ceil(sound.length / 5), delayMs: 20 } });
    const started = performance.now();
    const { headers, body } = await page();
    expect(performance.now() - started).toBeGreaterThan(75);
    expect([headers['content-length'], body.equals(sound)]).toEqual([String(sound.length), true]);
  });

  it('stops dripping when the client is gone, so that the simulator can close', async () => {
    const other = await startSimulator({
      contactsPerDay: 10,
      faults: [{ name: 'slowBody', args: { chunkBytes: 1, delayMs: 3_600_000 } }],
    });
    const waiting = new Promise<string>((resolve) => {
      const request = get(`${other.address}/.well-known/openid-configuration`, (response) => {
        response.once('data', () => void other.close());
        response.once('error', () => resolve('dropped'));
      });
      request.once('error', () => resolve('dropped'));
    });
    expect(await waiting).toBe('dropped');
    await other.close();
  });

  it('can lead elsewhere, by default to the same file once more', async () => {
    const url = await fileUrl();
    under({ name: 'redirect', match: { family: 'file' }, times: 1 });
    const { status, headers } = await ask(url);
    expect(status).toBe(302);
    expect((await ask(headers.location as string)).status).toBe(200);
    under({ name: 'redirect', args: { status: 307, location: 'http://169.254.169.254/x' } });
    const elsewhere = await ask(url);
    expect([elsewhere.status, elsewhere.headers.location]).toEqual([307, 'http://169.254.169.254/x']);
  });

  it('bears the clock of the simulator, or one that is minutes off', async () => {
    const at = async (): Promise<string[]> => {
      const answer = await page();
      return [answer.headers.date as string, (parse(answer) as { lastPollTime: string }).lastPollTime];
    };
    expect(await at()).toEqual([new Date(simulatedNow).toUTCString(), '2026-03-20T12:00:00Z']);
    under({ name: 'clockSkew', args: { minutes: -10 } });
    expect(await at()).toEqual([new Date(simulatedNow - 600_000).toUTCString(), '2026-03-20T11:50:00.000Z']);
    under({ name: 'clockSkew' });
    expect((await at())[1]).toBe('2026-03-20T12:10:00.000Z');
    expect((await ask(`${simulator.address}/auth/jwks`)).headers.date).toBe(
      new Date(simulatedNow + 600_000).toUTCString(),
    );
  });
});
