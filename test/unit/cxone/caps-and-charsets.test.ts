import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { readInteractionMetadata } from '../../../cxone';
import type { ApiFamily } from '../../../errors';
import { inUtf8 } from '../../../cxone/http/charset';
import { createHostPolicy } from '../../../cxone/http/host-policy';
import { networkErrors } from '../../../cxone/http/interceptors/network-errors';
import { largestBodies } from '../../../cxone/limits';
import { createTransport } from '../../../cxone/http/transport';
import { plainNames } from './interceptors/stubs';
import { failureOf, startFake } from './fake-cxone';

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** What a client with our caps gets of a server that answers so. */
async function ask(answer: (response: ServerResponse) => void, family: ApiFamily = 'contacts') {
  const server = createServer((_request, response) => answer(response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const far = 50_000;
  const transport = createTransport({
    policy: createHostPolicy({ mediaHosts: [], allowInsecureHosts: ['127.0.0.1'] }, plainNames),
    proxies: undefined,
    timeOuts: { connectMs: far, headersMs: far, mediaHeadersMs: far, idleMs: far, totalMs: far },
    userAgent: 'test',
    maxBytes: largestBodies,
  });
  closing.push(() => {
    transport.close();
    server.closeAllConnections();
    server.close();
  });
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  return networkErrors<Buffer>(plainNames)(transport.exchange)({ family, method: 'GET', url, headers: {} });
}

const mebibyte = 1_048_576;

describe('an answer', () => {
  const text = JSON.stringify({ note: 'Grüße ☎', list: [1, 2, 3] });

  it.each([
    ['gzip', gzipSync],
    ['x-gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
    ['identity', (plain: Buffer) => plain],
  ] as const)('packed with %s is unpacked', async (encoding, pack) => {
    const answer = await ask((response) =>
      response.setHeader('content-encoding', encoding).end(pack(Buffer.from(text))),
    );
    expect(answer.body.toString()).toBe(text);
  });

  it.each([
    ['cut off', gzipSync(Buffer.alloc(100_000, 'ab')).subarray(0, -9)],
    ['not packed at all', Buffer.from('{"plain":true}')],
  ])('that is said to be packed, and is %s, is not whole', async (_what, body) => {
    const error = await failureOf(
      ask((response) => response.setHeader('content-encoding', 'gzip').end(body)),
    );
    expect(error).toMatchObject({ code: 'IncompleteAnswer', kind: 'retryable' });
  });

  it.each([204, 200])('without a body may be said to be packed (%i)', async (status) => {
    const answer = await ask((response) => {
      response.writeHead(status, { 'content-encoding': 'gzip', 'content-length': '0' }).end();
    });
    expect(answer.body).toHaveLength(0);
  });
});

describe('an answer of more bytes than its part of the API can have', () => {
  it.each([
    ['contacts', 'gzip', gzipSync(Buffer.alloc(33 * mebibyte))],
    ['media', 'gzip', gzipSync(Buffer.alloc(9 * mebibyte))],
    ['auth', 'br', brotliCompressSync(Buffer.alloc(2 * mebibyte))],
    ['auth', 'identity', Buffer.alloc(2 * mebibyte)],
  ] as const)('(%s, %s) is given up while it is unpacked', async (family, encoding, body) => {
    let written = 0;
    const error = await failureOf(
      ask((response) => {
        response.setHeader('content-encoding', encoding);
        written = body.length;
        response.end(body);
      }, family),
    );
    expect(written).toBeGreaterThan(0);
    expect(error).toMatchObject({ code: 'ResponseTooLarge' });
    expect(error.message).toContain(`more than ${largestBodies[family]} bytes`);
  });

  it('is given up where it is packed bytes without end, of which nothing comes', async () => {
    // A block of nothing, as any compressor may write them between others.
    const header = gzipSync(Buffer.alloc(0)).subarray(0, 10);
    const nothing = Buffer.concat(Array.from({ length: 20_000 }, () => Buffer.from([0, 0, 0, 0xff, 0xff])));
    const error = await failureOf(
      ask((response) => {
        response.setHeader('content-encoding', 'gzip').write(header);
        const more = (): void => {
          if (response.destroyed) return;
          response.write(nothing, () => setImmediate(more));
        };
        more();
      }, 'auth'),
    );
    expect(error).toMatchObject({ code: 'ResponseTooLarge' });
  });

  it('is given up where an extract is packed', async () => {
    const fake = await startFake();
    const headers = { 'content-encoding': 'gzip', 'content-type': 'text/csv' };
    fake.on('/bomb.csv', {
      headers,
      body: gzipSync(Buffer.from(`Segment ID\r\n${'1\r\n'.repeat(500_000)}`)),
    });
    const reading = (async () => {
      const { records } = await fake
        .client()
        .extraction.openResult(`${fake.origin}/bomb.csv`, undefined, { maxBytes: 100_000 });
      let rows = 0;
      for await (const _record of records) rows += 1;
      return rows;
    })();
    await expect(reading).rejects.toMatchObject({ code: 'ResponseTooLarge' });
    await fake.close();
  });
});

describe('a declared charset', () => {
  it.each([
    ['application/json; charset=iso-8859-1', 'René'],
    ['application/json;charset="windows-1252"', 'René'],
    ['application/json; charset=utf-16le', 'Ren\u00e9'],
  ])('is honoured: %s', async (contentType, name) => {
    const text = JSON.stringify({ name });
    const body = Buffer.from(text, contentType.includes('utf-16') ? 'utf16le' : 'latin1');
    const answer = await ask((response) => response.setHeader('content-type', contentType).end(body));
    expect(answer.body.toString()).toBe(text);
  });

  it.each(['application/json', 'application/json; charset=utf-8', 'application/json; charset=klingon'])(
    'changes nothing where it is %s',
    async (contentType) => {
      const body = Buffer.from([0x22, 0xe9, 0x22]);
      expect(await inUtf8(body, contentType)).toBe(body);
    },
  );

  it('leaves a byte that is no UTF-8 where it has no character, so that the field can be named', async () => {
    // Half of a pair.
    const body = Buffer.from([0x61, 0, 0, 0xd8, 0x62, 0]);
    expect(await inUtf8(body, 'text/plain; charset=utf-16le')).toEqual(Buffer.from([0x61, 0xff, 0x62]));
  });

  it('is honoured for a text of any length, wherever it is cut', async () => {
    const text = 'añ€'.repeat(400_000);
    expect((await inUtf8(Buffer.from(text, 'utf16le'), 'x; charset=utf-16le')).toString()).toBe(text);
  });
});

describe('an extract', () => {
  const rowsOf = async (contentType: string, body: Buffer) => {
    const fake = await startFake();
    fake.on('/x.csv', { headers: { 'content-type': contentType }, body });
    closing.push(() => void fake.close());
    const { records } = await fake.client().extraction.openResult(`${fake.origin}/x.csv`);
    const rows: object[] = [];
    for await (const record of records) rows.push(record);
    return rows;
  };
  const csv = Buffer.from('Segment ID,Agent 1 Name,Mood\r\ns1,Ren\u00e9,gai\r\n', 'latin1');

  it('is read in the charset that it declares', async () => {
    const [row] = await rowsOf('text/csv; charset=iso-8859-1', csv);
    expect(readInteractionMetadata(row)).toMatchObject({ values: { agentName: 'René' } });
    expect(readInteractionMetadata(row)).not.toHaveProperty('replaced');
  });

  it('names the columns in which bytes are no UTF-8', async () => {
    const [row] = await rowsOf('text/csv', csv);
    expect(readInteractionMetadata(row)).toMatchObject({
      values: { agentName: 'Ren\ufffd' },
      extra: '{"Mood":"gai"}',
      replaced: ['agentName'],
    });
  });

  it('with more columns than any is refused', async () => {
    const wide = Buffer.from(`${'a,'.repeat(1_001)}b\r\n`);
    await expect(rowsOf('text/csv', wide)).rejects.toMatchObject({ code: 'UnexpectedShape' });
  });
});
