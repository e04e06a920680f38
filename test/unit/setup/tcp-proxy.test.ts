import { createServer, connect, type AddressInfo, type Server, type Socket } from 'node:net';
import { startTcpProxy, type TcpProxy } from '../../setup/tcp-proxy';

let server: Server;
let proxy: TcpProxy;
beforeEach(async () => {
  server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (bytes) => socket.write(`echo ${bytes.toString()}`));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  proxy = await startTcpProxy((server.address() as AddressInfo).port);
});
afterEach(async () => {
  await proxy.close();
  await new Promise((resolve) => server.close(resolve));
});

/** What a client receives; each `next` waits for more. */
function client() {
  const socket: Socket = connect(proxy.port, '127.0.0.1');
  const events: string[] = [];
  socket.on('data', (bytes) => events.push(bytes.toString()));
  socket.on('end', () => events.push('end'));
  socket.on('error', (error: NodeJS.ErrnoException) => events.push(error.code ?? 'error'));
  const heard = async (): Promise<string | undefined> => {
    while (events.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    return events.shift();
  };
  return { socket, events, heard };
}

it('forwards in both directions', async () => {
  const { socket, heard } = client();
  socket.write('hello');
  expect(await heard()).toBe('echo hello');
  socket.destroy();
});

it('swallows without an error or an end, and forwards new connections once healed', async () => {
  const before = client();
  before.socket.write('one');
  expect(await before.heard()).toBe('echo one');
  proxy.swallow();
  before.socket.write('two');
  const during = client();
  during.socket.write('three');
  // Both have been written once the kernel has taken them; a round trip through the server is shorter than this.
  await new Promise((resolve) => setTimeout(resolve, 100));
  proxy.heal();
  const after = client();
  after.socket.write('four');
  expect(await after.heard()).toBe('echo four');
  expect([...before.events, ...during.events]).toEqual([]);
  for (const { socket } of [before, during, after]) socket.destroy();
});

it('resets connections', async () => {
  const { socket, heard } = client();
  socket.write('one');
  expect(await heard()).toBe('echo one');
  proxy.reset();
  expect(await heard()).toBe('ECONNRESET');
});
