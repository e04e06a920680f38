import { createServer, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { createHostPolicy } from '../../../cxone/http/host-policy';
import type { HttpRequest } from '../../../cxone/http/exchange';
import { networkErrors } from '../../../cxone/http/interceptors/network-errors';
import { createTransport, type Transport, type TransportOptions } from '../../../cxone/http/transport';
import { startTcpProxy } from '../../setup/tcp-proxy';
import { failureOf, onePage, page, paths, startFake } from './fake-cxone';
import { plainNames } from './interceptors/stubs';

/** Nothing but the phase under test may end a request: all other limits are far away. */
const far = 50_000;
const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

function transportWith(
  timeOuts: Partial<TransportOptions['timeOuts']>,
  maxBytes = 1_000_000,
  resolve?: Parameters<typeof createHostPolicy>[2],
): Transport {
  const transport = createTransport({
    policy: createHostPolicy({ mediaHosts: [], allowInsecureHosts: ['127.0.0.1'] }, plainNames, resolve),
    proxies: undefined,
    timeOuts: { connectMs: far, headersMs: far, mediaHeadersMs: far, idleMs: far, totalMs: far, ...timeOuts },
    userAgent: 'test',
    maxBytes,
  });
  closing.push(() => transport.close());
  return transport;
}

/** A server that answers by `answer`; its requests are counted by connection. */
async function serve(answer: (response: ServerResponse) => void) {
  const connections = new Set<Socket>();
  const server = createServer((_request, response) => answer(response));
  server.on('connection', (socket: Socket) => connections.add(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { request: requestTo((server.address() as AddressInfo).port), connections };
}

const requestTo = (port: number, protocol = 'http'): HttpRequest => ({
  family: 'contacts',
  method: 'GET',
  url: new URL(`${protocol}://127.0.0.1:${port}/`),
  headers: {},
});

describe('a server that stalls', () => {
  it('while connecting (here: in the TLS handshake) cannot be reached', async () => {
    const silent = createTcpServer(() => {});
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    closing.push(() => silent.close());
    const request = requestTo((silent.address() as AddressInfo).port, 'https');
    const error = await failureOf(
      networkErrors(plainNames)(transportWith({ connectMs: 50 }).exchange)(request),
    );
    expect(error).toMatchObject({ code: 'CxoneUnreachable', kind: 'retryable' });
    expect(error.message).toMatch(/cannot be reached \(ETIMEDOUT\)/);
  });

  it('while its name is resolved cannot be reached', async () => {
    const transport = transportWith({ connectMs: 50 }, 1_000_000, () => undefined);
    const request = { ...requestTo(443), url: new URL('https://api.example.com/') };
    const error = await failureOf(networkErrors(plainNames)(transport.exchange)(request));
    expect(error).toMatchObject({ code: 'CxoneUnreachable', kind: 'retryable' });
    expect(error.message).toMatch(/cannot be reached \(ETIMEDOUT\)/);
  });

  it('before the headers took too long to begin', async () => {
    const { request } = await serve(() => {});
    const error = await failureOf(transportWith({ headersMs: 50 }).exchange(request));
    expect(error).toMatchObject({ code: 'RequestTimeout', kind: 'retryable' });
    expect(error.message).toMatch(/did not begin to answer within 0\.05 s/);
  });

  it('before the headers of a file took too long to begin, too', async () => {
    const { request } = await serve(() => {});
    for (const limits of [{ headersMs: 50 }, { totalMs: 50 }]) {
      await expect(transportWith(limits).open(request)).rejects.toMatchObject({ code: 'RequestTimeout' });
    }
  });

  it.each([
    ['plain', (response: ServerResponse) => void response.write('{"completedContacts":[')],
    [
      'compressed',
      (response: ServerResponse) => {
        response.writeHead(200, { 'content-encoding': 'gzip' });
        response.write(gzipSync('{"completedContacts":[]}').subarray(0, 15));
      },
    ],
  ])('in the middle of a %s body sent nothing for too long', async (_how, answer) => {
    const { request, connections } = await serve(answer);
    const error = await failureOf(transportWith({ idleMs: 50 }).exchange(request));
    expect(error).toMatchObject({ code: 'RequestTimeout', kind: 'retryable' });
    expect(error.message).toMatch(/began to answer, then sent nothing for 0\.05 s/);
    // The connection is not kept: the rest of that answer would be read as the next one.
    for (const socket of connections)
      if (!socket.destroyed) await new Promise((end) => socket.once('close', end));
  });

  it('never for long, but never ends either, is ended by the time for the whole call', async () => {
    const { request } = await serve((response) => {
      const timer = setInterval(() => response.write(' '), 10);
      response.on('close', () => clearInterval(timer));
    });
    const error = await failureOf(transportWith({ totalMs: 200, idleMs: far }).exchange(request));
    expect(error).toMatchObject({ code: 'RequestTimeout' });
    expect(error.message).toMatch(/did not answer within 0\.2 s/);
  });
});

describe('what is slow but moves', () => {
  it('may take longer than any pause is allowed to', async () => {
    const pieces = 8;
    const { request } = await serve((response) => {
      let sent = 0;
      const timer = setInterval(() => {
        sent += 1;
        response.write(`${sent}`);
        if (sent === pieces) response.end();
        if (sent === pieces) clearInterval(timer);
      }, 50);
    });
    // 400 ms of body, each piece well within the 300 ms that it may stall.
    const { body } = await transportWith({ idleMs: 300 }).exchange(request);
    expect(body.toString()).toBe('12345678');
  });
});

describe('the caller', () => {
  it('can give up in the middle of a body, which closes the connection', async () => {
    const controller = new AbortController();
    const reason = new Error('cancelled');
    const { request, connections } = await serve((response) => {
      response.write('{', () => setImmediate(() => controller.abort(reason)));
    });
    const exchange = networkErrors(plainNames)(transportWith({}).exchange);
    await expect(exchange(request, controller.signal)).rejects.toBe(reason);
    for (const socket of connections)
      if (!socket.destroyed) await new Promise((end) => socket.once('close', end));
  });
});

describe('the size of an answer', () => {
  const packed = gzipSync(Buffer.alloc(100_000, 32));

  it('is limited', async () => {
    const { request } = await serve((response) => response.end(Buffer.alloc(100_001, 32)));
    await expect(transportWith({}, 100_000).exchange(request)).rejects.toMatchObject({
      code: 'ResponseTooLarge',
      kind: 'operator',
    });
    await expect(transportWith({}, 100_001).exchange(request)).resolves.toMatchObject({ status: 200 });
  });

  it('is limited after unpacking', async () => {
    const { request } = await serve((response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' });
      response.end(packed);
    });
    expect(packed.length).toBeLessThan(1_000);
    await expect(transportWith({}, 99_999).exchange(request)).rejects.toMatchObject({
      code: 'ResponseTooLarge',
    });
    expect((await transportWith({}, 100_000).exchange(request)).body).toHaveLength(100_000);
  });
});

it('keeps one connection for many calls', async () => {
  const { request, connections } = await serve((response) => response.end('{}'));
  const { exchange } = transportWith({});
  for (let call = 0; call < 5; call += 1) await exchange(request);
  expect(connections.size).toBe(1);
});

it('has a default for each phase that a quick answer never meets, and takes other numbers', async () => {
  const fake = await startFake();
  closing.push(() => void fake.close());
  fake.on(
    paths.contacts,
    onePage,
    () => {},
    (response) => void response.write('{'),
  );
  const client = fake.client({}, { headersTimeoutMs: 300, idleTimeoutMs: 300 });
  await client.contactPage(page);
  await expect(client.contactPage(page)).rejects.toMatchObject({
    message: expect.stringMatching(/did not begin to answer within 0\.3 s/),
  });
  await expect(client.contactPage(page)).rejects.toMatchObject({
    message: expect.stringMatching(/sent nothing for 0\.3 s/),
  });
});

describe('a media host that swallows what is sent', () => {
  it.each(['file', 'media'] as const)('is given up sooner than a page of contacts: %s', async (family) => {
    const { request } = await serve(() => {});
    const transport = transportWith({ mediaHeadersMs: 50 });
    const failing = networkErrors(plainNames)(transport.exchange)({ ...request, family });
    expect(await failureOf(failing)).toMatchObject({ code: 'RequestTimeout', kind: 'retryable' });
  });

  it('leaves no dead connection behind: the next request after healing makes a new one', async () => {
    const { request } = await serve((response) => void response.end('{}'));
    const proxy = await startTcpProxy(Number(request.url.port));
    closing.push(() => void proxy.close());
    const through = requestTo(proxy.port);
    const transport = transportWith({ mediaHeadersMs: 200 });
    const ask = () => networkErrors(plainNames)(transport.exchange)({ ...through, family: 'file' });
    // Several connections are kept alive, as after several downloads.
    await Promise.all(Array.from({ length: 4 }, ask));
    proxy.swallow();
    const lost = await Promise.all(Array.from({ length: 4 }, () => failureOf(ask())));
    expect(lost.map(({ code }) => code)).toEqual(Array.from({ length: 4 }, () => 'RequestTimeout'));
    proxy.heal();
    expect(await ask()).toMatchObject({ status: 200 });
  });
});
