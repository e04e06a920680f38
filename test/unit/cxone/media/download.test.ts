import { inspect } from 'node:util';
import type { Resolve } from '../../../../cxone/http/host-policy';
import { failureOf, type FakeCxone, type Handler, type Reply, startFake } from '../fake-cxone';

let fake: FakeCxone;
beforeEach(async () => {
  fake = await startFake();
});
afterEach(() => fake.close());

const file = Buffer.concat([Buffer.from([0, 0, 0, 24]), Buffer.from('ftypmp42'), Buffer.alloc(300_000, 7)]);
const whole: Reply = {
  body: file,
  headers: { 'content-type': 'video/mp4', 'content-length': String(file.length), etag: '"e1"' },
};

async function read(body: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}
const fetchFile = async (
  path = '/f.mp4?X-Amz-Signature=canary',
  options?: { idleTimeoutMs?: number; maxBytes?: number },
) => read((await fake.client().download(fake.origin + path, undefined, options)).body);

describe('a download', () => {
  it('streams the file with its length, type and ETag', async () => {
    fake.on('/f.mp4', whole);
    const download = await fake.client().download(`${fake.origin}/f.mp4?X-Amz-Signature=1`);
    expect(download).toMatchObject({ contentLength: file.length, contentType: 'video/mp4', etag: '"e1"' });
    expect((await read(download.body)).equals(file)).toBe(true);
  });

  it('never sends the bearer token, nor asks for compression', async () => {
    fake.on('/f.mp4', whole);
    const client = fake.client();
    await client.authenticate();
    await read((await client.download(`${fake.origin}/f.mp4`)).body);
    const [seen] = fake.seen('/f.mp4');
    expect(seen?.headers.authorization).toBeUndefined();
    expect(seen?.headers['accept-encoding']).toBe('identity');
  });

  it('may come without a length', async () => {
    fake.on('/f.mp4', (response) => {
      response.write(file.subarray(0, 1_000));
      response.end(file.subarray(1_000));
    });
    expect((await fetchFile()).equals(file)).toBe(true);
  });

  it('can be given up half-way', async () => {
    fake.on('/f.mp4', whole);
    const { body } = await fake.client().download(`${fake.origin}/f.mp4`);
    for await (const chunk of body) {
      expect(chunk.length).toBeGreaterThan(0);
      break;
    }
  });

  it('follows up to two redirects', async () => {
    fake.on('/1', { status: 302, headers: { location: '/2?b=c' } });
    fake.on('/2', { status: 307, headers: { location: `${fake.origin}/f.mp4` } });
    fake.on('/f.mp4', whole);
    expect(await fetchFile('/1')).toHaveLength(file.length);
    fake.on('/0', { status: 301, headers: { location: '/1' } });
    await expect(fetchFile('/0')).rejects.toMatchObject({ code: 'MediaUnavailable' });
    fake.on('/0', { status: 301 });
    await expect(fetchFile('/0')).rejects.toMatchObject({ code: 'MediaUnavailable' });
  });
});

describe('files that are not whole', () => {
  const cut: Handler = (response) => {
    response.writeHead(200, { 'content-length': String(file.length) });
    response.write(file.subarray(0, 1_000), () => setImmediate(() => response.destroy()));
  };
  const cutWithoutLength: Handler = (response) => {
    response.write(file.subarray(0, 1_000), () => setImmediate(() => response.destroy()));
  };
  const standingStill: Handler = (response) => {
    response.writeHead(200, { 'content-length': String(file.length) });
    response.write(file.subarray(0, 1_000));
  };
  it.each<[string, string, Reply | Handler]>([
    ['cut off', 'MediaIncomplete', cut],
    ['cut off without a length', 'MediaIncomplete', cutWithoutLength],
    ['standing still', 'MediaIncomplete', standingStill],
    ['empty', 'MediaIncomplete', { body: Buffer.alloc(0), headers: { 'content-length': '0' } }],
    ['empty without a length', 'MediaIncomplete', (response) => void response.writeHead(200).end()],
    [
      'a page of HTML',
      'MediaUnavailable',
      { body: '<html>x</html>', headers: { 'content-type': 'text/html' } },
    ],
    [
      'an XML error',
      'MediaUnavailable',
      { body: '<?xml version="1.0"?><Error/>', headers: { 'content-type': 'video/mp4' } },
    ],
    ['JSON', 'MediaUnavailable', { body: { message: 'no' } }],
  ])('are refused: %s', async (_name, code, reply) => {
    fake.on('/f.mp4', reply);
    const error = await failureOf(fetchFile(undefined, { idleTimeoutMs: 300 }));
    expect(error).toMatchObject({ name: 'CxoneError', code, kind: 'retryable' });
    expect(inspect(error)).not.toContain('canary');
  });

  it('are refused when they are larger than allowed, announced or not', async () => {
    fake.on('/f.mp4', whole, (response) => void response.end(file));
    await expect(fetchFile(undefined, { maxBytes: 1_000 })).rejects.toMatchObject({ code: 'MediaTooLarge' });
    await expect(fetchFile(undefined, { maxBytes: 1_000 })).rejects.toMatchObject({ code: 'MediaTooLarge' });
  });
});

describe('an endless body', () => {
  it('is ended at the limit', async () => {
    let sent = 0;
    fake.on('/f.mp4', (response) => {
      response.writeHead(200, { 'content-type': 'video/mp4' }).write(file.subarray(0, 4_000));
      const more = () => {
        if (response.destroyed) return;
        sent += 1;
        response.write(Buffer.alloc(4_000, 7), () => setImmediate(more));
      };
      more();
    });
    await expect(fetchFile(undefined, { maxBytes: 100_000 })).rejects.toMatchObject({
      code: 'MediaTooLarge',
    });
    expect(sent).toBeGreaterThan(20);
  });
});

describe('the media host’s refusals', () => {
  it.each([
    [400, 'MediaLinkExpired'],
    [403, 'MediaLinkExpired'],
    [404, 'MediaUnavailable'],
    [416, 'MediaUnavailable'],
    [429, 'Throttled'],
    [503, 'MediaUnavailable'],
  ])('%i is %s', async (status, code) => {
    fake.on('/f.mp4', {
      status,
      headers: { 'retry-after': '3' },
      body: '<Error>X-Amz-Signature=canary</Error>',
    });
    const error = await failureOf(fetchFile());
    expect(error).toMatchObject({ code, kind: 'retryable', status, retryAfterMs: 3_000 });
    expect(inspect(error)).not.toContain('canary');
  });

  it('is RequestTimeout when not even headers come', async () => {
    fake.on('/f.mp4', () => {});
    const download = fake.client({ timeoutMs: 200 }).download(`${fake.origin}/f.mp4`);
    await expect(download).rejects.toMatchObject({ code: 'RequestTimeout' });
  });

  it('throws the caller’s own reason when the caller gives up in the middle', async () => {
    const controller = new AbortController();
    const reason = new Error('cancelled');
    fake.on('/f.mp4', (response) => void response.write(file.subarray(0, 1_000)));
    const { body } = await fake.client().download(`${fake.origin}/f.mp4`, controller.signal);
    const reading = (async () => {
      for await (const chunk of body) controller.abort(chunk.length > 0 ? reason : undefined);
    })();
    await expect(reading).rejects.toBe(reason);
  });
});

describe('addresses that must not be fetched', () => {
  const inside: Resolve = (_host, _options, callback) =>
    callback(null, [{ address: '127.0.0.1', family: 4 }]);

  it.each([
    ['a host that is not listed', 'https://evil.example.com/a.mp4?s=canary'],
    ['a private address', 'https://10.0.0.1/a.mp4?s=canary'],
    ['the metadata service', 'https://169.254.169.254/latest?s=canary'],
    ['loopback in IPv6', 'https://[::1]/a.mp4?s=canary'],
    ['the metadata service in IPv6 clothes', 'https://[::ffff:169.254.169.254]/latest?s=canary'],
    ['the metadata service as one number', 'https://2852039166/latest?s=canary'],
    ['a user name in front of a listed host', 'https://bucket.s3.amazonaws.com@10.0.0.1/a.mp4?s=canary'],
    ['a listed host with a dot too many', 'https://bucket.s3.amazonaws.com./a.mp4?s=canary'],
    ['http', 'http://bucket.s3.amazonaws.com/a.mp4?s=canary'],
    ['a user name', 'https://canary:x@bucket.s3.amazonaws.com/a.mp4'],
    ['no URL', 'canary'],
  ])('are refused: %s', async (_name, url) => {
    const error = await failureOf(fake.client({ mediaHosts: ['*.amazonaws.com'] }).download(url));
    expect(error).toMatchObject({ code: 'MediaHostRefused', kind: 'operator' });
    expect(inspect(error)).not.toContain('canary');
  });

  it.each([
    ['127.0.0.1', 4],
    ['169.254.169.254', 4],
    ['10.0.0.1', 4],
    ['::1', 6],
    ['::ffff:169.254.169.254', 6],
    ['fd00:ec2::254', 6],
    ['64:ff9b::a9fe:a9fe', 6],
  ])('are refused when a listed name resolves to %s at the moment of connecting', async (address, family) => {
    const asked: string[] = [];
    const resolve: Resolve = (host, _options, callback) => {
      asked.push(host);
      callback(null, [
        { address: '52.95.110.1', family: 4 },
        { address, family },
      ]);
    };
    const client = fake.client({ mediaHosts: ['*.amazonaws.com'] }, { resolve });
    const error = await failureOf(client.download('https://bucket.s3.amazonaws.com/a.mp4?s=canary'));
    expect(error).toMatchObject({ code: 'MediaHostRefused', message: expect.stringMatching(/not public/) });
    expect(inspect(error)).not.toContain('canary');
    expect(asked).toEqual(['bucket.s3.amazonaws.com']);
  });

  it('are refused when a redirect leads to a listed name that resolves to a private address', async () => {
    const location = 'https://bucket.s3.amazonaws.com/a.mp4';
    fake.on('/f.mp4', { status: 302, headers: { location } });
    const client = fake.client({ mediaHosts: ['*.amazonaws.com'] }, { resolve: inside });
    const error = await failureOf(client.download(`${fake.origin}/f.mp4?s=canary`));
    expect(error).toMatchObject({ code: 'MediaHostRefused', message: expect.stringMatching(/not public/) });
  });

  it('are refused as the target of a redirect, too', async () => {
    for (const location of [
      'https://169.254.169.254/latest',
      'http://localhost/x',
      'https://evil.example.com/',
      'https://[::ffff:169.254.169.254]/latest',
      '//user:x@127.0.0.1/latest',
      'file:///etc/passwd',
    ]) {
      fake.on('/f.mp4', { status: 302, headers: { location } });
      await expect(fetchFile()).rejects.toMatchObject({ code: 'MediaHostRefused' });
    }
  });

  it('protect the API in the same way', async () => {
    const client = fake.client({ issuer: 'https://cxone.example.com' }, { resolve: inside });
    await expect(client.authenticate()).rejects.toMatchObject({ code: 'HostRefused', kind: 'operator' });
  });
});
