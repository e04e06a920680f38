import { type AddressInfo, createServer, type Server } from 'node:net';
import { Writable } from 'node:stream';
import pino from 'pino';
import { chooseAddress } from '../../../workers/listen';

const lines: Record<string, unknown>[] = [];
const logger = pino(
  new Writable({
    write(line: Buffer, _encoding, done) {
      lines.push(JSON.parse(line.toString()) as Record<string, unknown>);
      done();
    },
  }),
);

let taken: Server;
let port: number;
beforeAll(async () => {
  taken = createServer();
  await new Promise<void>((resolve) => {
    taken.listen(0, '127.0.0.1', resolve);
  });
  port = (taken.address() as AddressInfo).port;
});
afterAll(() => taken.close());
beforeEach(() => lines.splice(0));

const byDefault = (address: { host: string; port: number }) => ({ ...address, isSet: false });
const asSet = (address: { host: string; port: number }) => ({ ...address, isSet: true });

describe('where a worker listens', () => {
  it('is another port, with a warning, when that of the default is taken', async () => {
    const chosen = await chooseAddress(byDefault({ host: '127.0.0.1', port }), 'health', logger);
    expect(chosen.host).toBe('127.0.0.1');
    expect(chosen.port).not.toBe(port);
    expect(lines).toMatchObject([{ level: 40, purpose: 'health', wanted: port, port: chosen.port }]);
  });

  it.each([
    ['health', 'HEALTH_ADDRESS'],
    ['metrics', 'METRICS_ADDRESS'],
  ] as const)('is a matter of settings when the port that was set for %s is taken', async (purpose, name) => {
    const chosen = chooseAddress(asSet({ host: '127.0.0.1', port }), purpose, logger);
    await expect(chosen).rejects.toMatchObject({
      name: 'SettingsError',
      problems: [{ name, problem: `is 127.0.0.1:${port}, which is taken (EADDRINUSE)` }],
    });
    expect(lines).toEqual([]);
  });

  it('is another port than the one that this process has chosen for something else, and not opened yet', async () => {
    const own = await chooseAddress(asSet({ host: '127.0.0.1', port: 0 }), 'metrics', logger);
    const chosen = await chooseAddress(byDefault(own), 'health', logger, own.port);
    expect(chosen.port).not.toBe(own.port);
    expect(lines).toMatchObject([{ level: 40, purpose: 'health', wanted: own.port }]);
  });

  it('is any free port for port 0, without a warning', async () => {
    const chosen = await chooseAddress(asSet({ host: '127.0.0.1', port: 0 }), 'metrics', logger);
    expect(chosen.port).toBeGreaterThan(0);
    expect(lines).toEqual([]);
  });

  it('is left free for the caller', async () => {
    const chosen = await chooseAddress(asSet({ host: '127.0.0.1', port: 0 }), 'metrics', logger);
    expect(await chooseAddress(asSet(chosen), 'metrics', logger)).toEqual(chosen);
  });

  it('must be an address of this machine', async () => {
    const elsewhere = { host: '192.0.2.1', port: 8080 };
    await expect(chooseAddress(byDefault(elsewhere), 'health', logger)).rejects.toThrow(
      'cannot listen on 192.0.2.1 for health',
    );
    await expect(chooseAddress(asSet(elsewhere), 'health', logger)).rejects.toThrow(
      'HEALTH_ADDRESS is 192.0.2.1:8080, which cannot be listened on (EADDRNOTAVAIL)',
    );
  });
});
