import { Client, Connection } from '@temporalio/client';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isPortFree } from '../../../local/ports';
import { obtainTemporal } from '../../../local/temporal-cli';
import {
  type RunningTemporal,
  startTemporalServer,
  type TemporalServerOptions,
} from '../../../local/temporal-server';
import { ensureSearchAttributes, searchAttributes } from '../../../ops/search-attributes';
import { isRunning, runScript, until } from '../../setup/script';

const log = (): void => undefined;
const running: RunningTemporal[] = [];
let folder: string;
let command: string;

beforeAll(async () => {
  ({ command } = await obtainTemporal({ log, env: process.env }));
});

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cxone-sync-test-'));
});

afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.stop()));
  rmSync(folder, { recursive: true, force: true });
});

async function start(more: Partial<TemporalServerOptions> = {}): Promise<RunningTemporal> {
  const server = await startTemporalServer({ command, port: 0, uiPort: 0, log, ...more });
  running.push(server);
  return server;
}

async function withClient<T>(server: RunningTemporal, work: (client: Client) => Promise<T>): Promise<T> {
  const connection = await Connection.connect({ address: server.address });
  try {
    return await work(new Client({ connection, namespace: server.namespace }));
  } finally {
    await connection.close();
  }
}

const portIn = (address: string): number => Number(address.split(':').at(-1));

describe('a Temporal dev server', () => {
  test('answers with its namespace, search attributes and Web UI as soon as it is said to be ready', async () => {
    const server = await start({ namespace: 'cxone', searchAttributes });
    await withClient(server, async (client) => {
      await ensureSearchAttributes(client.connection, 'cxone');
      expect((await client.workflow.count('CxoneTenant = "acme"')).count).toBe(0);
    });
    const page = await fetch(server.uiUrl);
    expect(page.status).toBe(200);
    expect(await page.text()).toContain('<html');
  });

  test('takes other ports when the wanted ones are in use', async () => {
    const blocker = createServer();
    await new Promise<void>((resolve) => blocker.listen(0, '127.0.0.1', resolve));
    const taken = (blocker.address() as AddressInfo).port;
    const server = await start({ port: taken, uiPort: taken });
    expect(portIn(server.address)).not.toBe(taken);
    expect(portIn(server.uiUrl)).not.toBe(taken);
    expect((await fetch(server.uiUrl)).status).toBe(200);
    await new Promise((resolve) => blocker.close(resolve));
  });

  test('keeps its runs in its file over a restart, also after it was killed', async () => {
    const dataFile = join(folder, 'temporal.db');
    const first = await start({ dataFile, searchAttributes });
    await withClient(first, (client) =>
      client.workflow.start('anything', {
        taskQueue: 'no-workers',
        workflowId: 'kept',
        searchAttributes: { CxoneTenant: ['acme'] },
      }),
    );
    await first.stop();
    const second = await start({ dataFile, searchAttributes });
    const status = await withClient(second, async (client) => {
      const found = await client.workflow.getHandle('kept').describe();
      return [found.status.name, found.searchAttributes['CxoneTenant']];
    });
    expect(status).toEqual(['RUNNING', ['acme']]);
  });

  test('listens no more once it is stopped', async () => {
    const server = await start();
    await server.stop();
    expect((await server.exited).signal === null || (await server.exited).code === null).toBe(true);
    expect(await isPortFree(portIn(server.address))).toBe(true);
    expect(await isPortFree(portIn(server.uiUrl))).toBe(true);
  });

  test('does not survive a SIGKILL of the process that started it', async () => {
    const dataFile = join(folder, 'temporal.db');
    const { process: parent, answer } = await runScript<RunningTemporal>(join(__dirname, 'parent.ts'), {
      args: ['temporal', command, dataFile],
    });
    expect(await isPortFree(portIn(answer.address))).toBe(false);
    parent.kill('SIGKILL');
    await until('the starter is gone', () => !isRunning(parent.pid ?? 0));
    let free = false;
    const look = setInterval(() => void isPortFree(portIn(answer.address)).then((it) => (free ||= it)), 50);
    await until('the server is gone', () => free);
    clearInterval(look);
    const next = await start({ dataFile });
    expect(await withClient(next, async (client) => (await client.workflow.count()).count)).toBe(0);
  });
});

describe('a Temporal dev server that cannot start', () => {
  test('says what it said last, and what to do about an old file', async () => {
    const dataFile = join(folder, 'temporal.db');
    writeFileSync(dataFile, 'this is no SQLite file, and was not made by Temporal at all');
    await expect(start({ dataFile })).rejects.toThrow(/did not start: it exited.*remove it/s);
    expect(existsSync(dataFile)).toBe(true);
  });

  test('says that its command does not exist', async () => {
    await expect(start({ command: '/no/such/temporal' })).rejects.toThrow(
      /exited with status 127[^]*\/no\/such\/temporal/,
    );
  });
});
