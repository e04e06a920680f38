import { type AddressInfo, createServer, type Server } from 'node:net';
import { findPort, isPortFree } from '../../../local/ports';

function listen(): Promise<Server> {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, '127.0.0.1', () => resolve(server));
  });
}

const portOf = (server: Server): number => (server.address() as AddressInfo).port;

describe('findPort', () => {
  let taken: Server;

  beforeEach(async () => {
    taken = await listen();
  });

  afterEach(async () => {
    await new Promise((resolve) => taken.close(resolve));
  });

  test('takes the preferred port when nothing listens on it', async () => {
    const free = await findPort();
    expect(await findPort([free])).toBe(free);
  });

  test('takes another port when the preferred one is in use', async () => {
    const port = await findPort([portOf(taken)]);
    expect(port).not.toBe(portOf(taken));
    expect(await isPortFree(port)).toBe(true);
  });

  test('takes the next preferred port before any other', async () => {
    const second = await findPort();
    expect(await findPort([portOf(taken), second])).toBe(second);
  });

  test('does not hand out a port that was promised to another caller', async () => {
    const promised = await findPort();
    expect(await findPort([promised], [promised])).not.toBe(promised);
  });

  test('offers any port when the preferred one is 0', async () => {
    expect(await findPort([0])).toBeGreaterThan(0);
  });
});

test('a port is free only while nothing listens on it', async () => {
  const server = await listen();
  const port = portOf(server);
  expect(await isPortFree(port)).toBe(false);
  await new Promise((resolve) => server.close(resolve));
  expect(await isPortFree(port)).toBe(true);
});
