import { inspect } from 'node:util';
import fc from 'fast-check';
import type { DownloadOptions } from '../../../cxone';
import { failureOf, type FakeCxone, type Handler, type Reply, startFake } from './fake-cxone';

let fake: FakeCxone;
beforeEach(async () => {
  fake = await startFake();
});
afterEach(() => fake.close());

const file = Buffer.concat([
  Buffer.from([0, 0, 0, 24]),
  Buffer.from('ftypmp42'),
  Buffer.from(Array.from({ length: 50_000 }, (_, i) => (i * 7) % 251)),
]);
const tag = '"e1"';

/** Sends the file from where it is asked for, and breaks off after `bytes`; null: to its end. */
function serving(
  bytes: number | null,
  { etag = tag, ranges = true, length = true }: { etag?: string; ranges?: boolean; length?: boolean } = {},
): Handler {
  return (response, { headers }) => {
    if (headers['if-match'] !== undefined && headers['if-match'] !== etag) {
      response.writeHead(412, { 'content-type': 'application/xml' }).end('<Error/>');
      return;
    }
    const from = ranges ? Number(/^bytes=(\d+)-$/.exec(headers.range ?? '')?.[1] ?? 0) : 0;
    const isPart = ranges && headers.range !== undefined;
    const rest = file.subarray(from);
    response.writeHead(isPart ? 206 : 200, {
      'content-type': 'video/mp4',
      ...(etag === '' ? {} : { etag }),
      ...(length ? { 'content-length': String(rest.length) } : {}),
      ...(isPart ? { 'content-range': `bytes ${from}-${file.length - 1}/${file.length}` } : {}),
    });
    if (bytes === null) response.end(rest);
    else response.write(rest.subarray(0, bytes), () => setImmediate(() => response.destroy()));
  };
}

async function fetchFile(options: DownloadOptions = {}, path = '/f.mp4?X-Amz-Signature=canary') {
  const settings = { resumePauseMs: 1, idleTimeoutMs: 2_000, ...options };
  const { body } = await fake.client().download(fake.origin + path, undefined, settings);
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}
const ranges = () => fake.seen('/f.mp4').map(({ headers }) => headers.range ?? null);

describe('a file that breaks off', () => {
  it('is gone on with where it broke off, by Range and If-Match', async () => {
    fake.on('/f.mp4', serving(20_000), serving(10_000), serving(null));
    expect((await fetchFile()).equals(file)).toBe(true);
    expect(ranges()).toEqual([null, 'bytes=20000-', 'bytes=30000-']);
    expect(fake.seen('/f.mp4').map(({ headers }) => headers['if-match'])).toEqual([undefined, tag, tag]);
    expect(fake.seen('/f.mp4').map(({ headers }) => headers.authorization)).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('is continued as well when its length was never given', async () => {
    fake.on('/f.mp4', serving(20_000, { length: false }), serving(null));
    expect((await fetchFile()).equals(file)).toBe(true);
  });

  it('is gone on with when it only stands still', async () => {
    const still: Handler = (response) => {
      response.writeHead(200, { etag: tag, 'content-length': String(file.length) });
      response.write(file.subarray(0, 1_000));
    };
    fake.on('/f.mp4', still, serving(null));
    expect((await fetchFile({ idleTimeoutMs: 200 })).equals(file)).toBe(true);
  });

  it('is whole wherever it broke off, however often', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 20_000 }), { maxLength: 4 }), async (pieces) => {
        fake.on('/f.mp4', ...pieces.map((bytes) => serving(bytes)), serving(null));
        expect((await fetchFile()).equals(file)).toBe(true);
      }),
      { numRuns: 20 },
    );
  });

  it('is given up when it keeps breaking off without getting anywhere', async () => {
    fake.on('/f.mp4', serving(100));
    const error = await failureOf(fetchFile());
    expect(error).toMatchObject({ code: 'MediaIncomplete', kind: 'retryable' });
    expect(inspect(error)).not.toContain('canary');
    expect(fake.seen('/f.mp4')).toHaveLength(5);
  });

  it.each<[string, string]>([
    ['no entity tag', ''],
    ['a weak one', 'W/"e1"'],
  ])('cannot be gone on with when it has %s', async (_name, etag) => {
    fake.on('/f.mp4', serving(20_000, { etag }), serving(null, { etag }));
    await expect(fetchFile()).rejects.toMatchObject({ code: 'MediaIncomplete' });
    expect(fake.seen('/f.mp4')).toHaveLength(1);
  });

  it('waits for a host that is away for a moment', async () => {
    fake.on('/f.mp4', serving(20_000), { status: 503 }, (response) => response.destroy(), serving(null));
    expect((await fetchFile()).equals(file)).toBe(true);
  });

  it('is left alone when the caller gives up in between', async () => {
    const controller = new AbortController();
    const reason = new Error('cancelled');
    fake.on('/f.mp4', serving(20_000), (response) => {
      controller.abort(reason);
      response.destroy();
    });
    const settings = { resumePauseMs: 60_000 };
    const { body } = await fake.client().download(`${fake.origin}/f.mp4`, controller.signal, settings);
    const reading = (async () => {
      for await (const chunk of body) expect(chunk.length).toBeGreaterThan(0);
    })();
    await expect(reading).rejects.toBe(reason);
  });
});

describe('a host that ignores Range', () => {
  it('sends the file from its start, and what is here already is passed over', async () => {
    fake.on('/f.mp4', serving(20_000), serving(null, { ranges: false }));
    expect((await fetchFile()).equals(file)).toBe(true);
    expect(ranges()).toEqual([null, 'bytes=20000-']);
  });

  it('may break off before it comes to what is missing', async () => {
    fake.on('/f.mp4', serving(20_000), serving(5_000, { ranges: false }), serving(null));
    expect((await fetchFile()).equals(file)).toBe(true);
    expect(ranges()).toEqual([null, 'bytes=20000-', 'bytes=20000-']);
  });
});

describe('a file that was replaced in between', () => {
  const whole = (headers: Readonly<Record<string, string>>): Reply => ({ status: 200, headers, body: file });
  const part = (headers: Readonly<Record<string, string>>): Reply => ({
    status: 206,
    headers,
    body: file.subarray(20_000),
  });
  it.each<[string, Reply | Handler]>([
    ['412', serving(null, { etag: '"e2"' })],
    ['the whole file under another tag', whole({ etag: '"e2"' })],
    ['the whole file without a tag', whole({})],
    ['the whole file with another length', { ...whole({ etag: tag }), body: file.subarray(1) }],
    ['a part under another tag', part({ etag: '"e2"', 'content-range': `bytes 20000-50011/50012` })],
    ['a part that begins elsewhere', part({ etag: tag, 'content-range': 'bytes 19999-50011/50012' })],
    ['a part of a longer file', part({ etag: tag, 'content-range': 'bytes 20000-50011/50013' })],
    ['a part of unknown extent', part({ etag: tag })],
  ])('is never joined to what came before: %s', async (_name, reply) => {
    const withLength: Reply | Handler =
      typeof reply === 'function'
        ? reply
        : {
            ...reply,
            headers: { ...reply.headers, 'content-length': String((reply.body as Buffer).length) },
          };
    fake.on('/f.mp4', serving(20_000), withLength);
    await expect(fetchFile()).rejects.toMatchObject({ code: 'MediaChanged', kind: 'retryable' });
    expect(fake.seen('/f.mp4')).toHaveLength(2);
  });
});

describe('a link that expires', () => {
  const expired: Reply = { status: 403, body: '<Error>X-Amz-Signature=canary</Error>' };

  it('before the file began is replaced by a new one', async () => {
    fake.on('/f.mp4', expired);
    fake.on('/new.mp4', serving(null));
    const renew = async () => `${fake.origin}/new.mp4`;
    expect((await fetchFile({ renew })).equals(file)).toBe(true);
  });

  it('half-way is replaced by a new one, and only the rest is fetched', async () => {
    fake.on('/f.mp4', serving(20_000), expired);
    fake.on('/new.mp4', serving(null));
    const renew = async () => `${fake.origin}/new.mp4`;
    expect((await fetchFile({ renew })).equals(file)).toBe(true);
    expect(fake.seen('/new.mp4').map(({ headers }) => headers.range)).toEqual(['bytes=20000-']);
  });

  it.each<[string, Handler[]]>([
    ['before the file began', []],
    ['half-way', [serving(20_000)]],
  ])('%s is an error when there is no new one', async (_name, before) => {
    fake.on('/f.mp4', ...before, expired);
    let asked = 0;
    const renew = async () => {
      asked += 1;
      return null;
    };
    const error = await failureOf(fetchFile({ renew }));
    expect(error).toMatchObject({ code: 'MediaLinkExpired', status: 403 });
    expect(inspect(error)).not.toContain('canary');
    expect(asked).toBe(1);
  });
});

describe('what does not begin like a recording', () => {
  const send = (body: Buffer | string, type = 'video/mp4'): Reply => ({
    headers: { 'content-type': type },
    body: typeof body === 'string' ? Buffer.from(body) : body,
  });

  it.each<[string, Reply]>([
    ['noise', send(Buffer.alloc(5_000, 0x41))],
    ['zeros', send(Buffer.alloc(5_000))],
    ['a few bytes', send('ftyp')],
    ['HTML that calls itself a video', send('\n <!DOCTYPE html><html></html>')],
    ['XML that calls itself a video', send('\ufeff<?xml version="1.0"?><Error/>')],
    ['JSON that calls itself a video', send('{ "message": "no such recording" }')],
    ['UTF-16 text', send(Buffer.from('\ufeffnothing of the kind', 'utf16le'))],
    ['text by its type', send(file, 'text/plain')],
    ['a picture by its type', send(file, 'image/png')],
    ['JSON by its type', send(file, 'application/problem+json')],
  ])('is no recording: %s', async (_name, reply) => {
    fake.on('/f.mp4', reply);
    await expect(fetchFile()).rejects.toMatchObject({ code: 'MediaUnavailable', kind: 'retryable' });
  });

  it.each<[string, Buffer]>([
    ['WAV', Buffer.from('RIFF\x24\x00\x00\x00WAVEfmt ')],
    ['MP3 with tags', Buffer.from('ID3\x03\x00\x00\x00\x00\x00\x00\x00\x00\x00')],
    ['MP3 without tags', Buffer.concat([Buffer.from([0xff, 0xfb, 0x90, 0x64]), Buffer.alloc(20)])],
    ['Ogg', Buffer.from('OggS\x00\x02\x00\x00\x00\x00\x00\x00\x00')],
    ['WebM', Buffer.concat([Buffer.from([0x1a, 0x45, 0xdf, 0xa3]), Buffer.alloc(20)])],
    ['QuickTime', Buffer.from('\x00\x00\x00\x08wide\x00\x00\x00\x00mdat')],
  ])('may be in another container: %s', async (_name, body) => {
    fake.on('/f.mp4', send(body, 'binary/octet-stream'));
    expect((await fetchFile()).equals(body)).toBe(true);
  });

  it('is known although its first bytes come one by one', async () => {
    const drops: Handler = (response) => {
      response.writeHead(200, { 'content-type': 'video/mp4', 'content-length': String(file.length) });
      let at = 0;
      const drop = () => {
        if (at === 15) response.end(file.subarray(at));
        else response.write(file.subarray(at, (at += 1)), () => setTimeout(drop, 1));
      };
      drop();
    };
    fake.on('/f.mp4', drops);
    expect((await fetchFile()).equals(file)).toBe(true);
  });
});
