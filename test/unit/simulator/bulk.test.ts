import { createHash } from 'node:crypto';
import type { FaultRule, RecordingTruth, Simulator } from '../../../simulator';
import { startSimulator } from '../../../simulator';
import { ask, askToken, DAY_WINDOW, NOW, parse, type Row } from './client';

interface Status extends Row {
  readonly status: string;
  readonly downloadLocation: string | null;
  readonly entities: readonly {
    readonly entityId: string;
    readonly status: string;
    readonly failureReason?: string;
    readonly downloadLocation?: string;
    readonly segments?: readonly { readonly segmentId: string; readonly downloadLocation: string }[];
  }[];
}

describe('Media Download', () => {
  let simulator: Simulator;
  let token: string;
  let recordings: readonly RecordingTruth[];
  let single: RecordingTruth;
  let pair: readonly RecordingTruth[];

  beforeAll(async () => {
    simulator = await startSimulator({ contactsPerDay: 300, clock: () => NOW, mediaQuota: 'off' });
    token = (parse(await askToken(simulator)) as { access_token: string }).access_token;
    recordings = simulator.truth({ ...DAY_WINDOW, recordings: true }).recordings ?? [];
    const ofCall = (id: number) => recordings.filter(({ masterContactId }) => masterContactId === id);
    const files = (count: number) =>
      recordings.filter(({ masterContactId }) => ofCall(masterContactId).length === count);
    single = files(1)[0] as RecordingTruth;
    pair = ofCall(files(2)[0]?.masterContactId ?? 0);
  });
  afterEach(() => simulator.setFaults([]));
  afterAll(() => simulator.close());

  const call = (path: string, body?: object, method = body === undefined ? 'GET' : 'POST') =>
    ask(`${simulator.address}/media-download/v1${path}`, {
      method,
      headers: { Authorization: `Bearer ${token}`, Accept: 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  const request = async (ids: readonly unknown[], kind = 'contacts'): Promise<string> => {
    const answer = await call(`/${kind}`, { entityIds: ids.map(String) });
    expect(answer.status).toBe(202);
    return (parse(answer) as { requestId: string }).requestId;
  };
  const status = async (id: string): Promise<Status> => parse(await call(`/status/${id}`)) as Status;
  const bring = async (ids: readonly unknown[], faults: readonly FaultRule[] = [], kind = 'contacts') => {
    simulator.setFaults([...faults, { name: 'bulkSlow', args: { count: 0 } }]);
    return status(await request(ids, kind));
  };
  const fetched = async (url: string | undefined): Promise<string> => {
    const { status: code, body } = await ask(url ?? '');
    expect(code).toBe(200);
    return createHash('sha256').update(body).digest('hex');
  };

  it('is pending at first, then done, with nothing but what is published', async () => {
    const id = await request([single.masterContactId, 1]);
    const first = await status(id);
    expect([first.status, first.downloadLocation]).toEqual(['PENDING', null]);
    const then = await status(id);
    expect(then).toEqual({
      requestId: id,
      status: 'COMPLETED',
      createdAt: new Date(NOW).toISOString(),
      updatedAt: new Date(NOW).toISOString(),
      entities: [
        { entityId: String(single.masterContactId), status: 'COMPLETED' },
        { entityId: '1', status: 'FAILED', failureReason: 'No media found for the entity' },
      ],
      downloadLocation: `s3://export-of-the-customer/${id}/`,
    });
  });

  it('locates a single file at its address', async () => {
    const { downloadLocation } = await bring([single.masterContactId]);
    expect(await fetched(downloadLocation ?? '')).toBe(single.sha256);
    const segment = await bring([single.segmentId], [], 'segments');
    expect(await fetched(segment.downloadLocation ?? '')).toBe(single.sha256);
  });

  it('has links for each segment, or each call, when told to', async () => {
    const ids = [single.masterContactId, pair[0]?.masterContactId];
    const bySegment = await bring(ids, [{ name: 'bulkLinks' }]);
    const files = bySegment.entities.flatMap(({ segments = [] }) => segments);
    expect(await Promise.all(files.map((one) => fetched(one.downloadLocation)))).toEqual(
      [single, ...pair].map(({ sha256 }) => sha256),
    );
    const byCall = await bring(ids, [{ name: 'bulkLinks', args: { form: 'entities' } }]);
    expect(await fetched(byCall.entities[0]?.downloadLocation)).toBe(single.sha256);
    expect(byCall.entities[1]?.segments).toHaveLength(2);
  });

  it('fails, takes long, or leaves some out when told to', async () => {
    const ids = recordings.slice(0, 4).map(({ masterContactId }) => masterContactId);
    const id = await request(ids);
    simulator.setFaults([{ name: 'bulkFailed' }]);
    expect((await status(id)).status).toBe('FAILED');
    simulator.setFaults([{ name: 'bulkSlow', args: { count: 3 } }]);
    expect([(await status(id)).status, (await status(id)).status, (await status(id)).status]).toEqual([
      'PENDING',
      'PENDING',
      'COMPLETED',
    ]);
    const some = await bring(ids, [{ name: 'bulkMissing', args: { every: 2 } }]);
    expect(some.entities.map((one) => one.status)).toEqual(['FAILED', 'COMPLETED', 'FAILED', 'COMPLETED']);
    const late = await bring([ids[0]], [{ name: 'mediaLate', args: { seconds: 100 * 86_400 } }]);
    expect(late.entities).toMatchObject([{ status: 'FAILED' }]);
  });

  it.each<[string, object | undefined, string | undefined, number, string]>([
    ['/contacts', {}, undefined, 400, 'INVALID_REQUEST'],
    ['/contacts', { entityIds: [] }, undefined, 400, 'INVALID_REQUEST'],
    ['/contacts', { entityIds: [1] }, undefined, 400, 'INVALID_REQUEST'],
    ['/contacts', { entityIds: Array.from({ length: 101 }, String) }, undefined, 400, 'INVALID_REQUEST'],
    ['/contacts', undefined, 'GET', 405, 'INVALID_REQUEST'],
    ['/status/none', undefined, undefined, 404, 'NOT_FOUND'],
    ['/else', undefined, undefined, 404, 'NOT_FOUND'],
  ])('answers %s %j by %s with %i %s', async (path, body, method, code, name) => {
    const answer = await call(path, body, method);
    expect([answer.status, (parse(answer) as Row)['code']]).toEqual([code, name]);
  });

  it('refuses in a shape of its own', async () => {
    simulator.setFaults([{ name: 'forbidden', match: { family: 'bulk' } }]);
    const refused = await call('/status/none');
    expect([refused.status, Object.keys(parse(refused) as Row)]).toEqual([403, ['code', 'message']]);
    simulator.setFaults([]);
    const stranger = await ask(`${simulator.address}/media-download/v1/status/none`);
    expect([stranger.status, Object.keys(parse(stranger) as Row)]).toEqual([401, ['code', 'message']]);
  });

  it('takes fifteen requests in five minutes, however often it is asked about them', async () => {
    let now = NOW;
    const busy = await startSimulator({ contactsPerDay: 10, clock: () => now });
    try {
      const door = (parse(await askToken(busy)) as { access_token: string }).access_token;
      const post = async (): Promise<number> =>
        (
          await ask(`${busy.address}/media-download/v1/contacts`, {
            method: 'POST',
            headers: { Authorization: `Bearer ${door}` },
            body: '{"entityIds":["1"]}',
          })
        ).status;
      const answers: number[] = [];
      for (let n = 0; n < 16; n += 1) answers.push(await post());
      expect(answers).toEqual([...Array<number>(15).fill(202), 429]);
      now += 300_001;
      expect(await post()).toBe(202);
    } finally {
      await busy.close();
    }
  });
});
