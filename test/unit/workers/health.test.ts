import { get, request } from 'node:http';
import { findPort } from '../../../local/ports';
import { type HealthChecks, type HealthServer, serveHealth } from '../../../workers/health';

interface Answer {
  readonly status: number | undefined;
  readonly body: unknown;
}

let server: HealthServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

async function serving(
  checks: Partial<HealthChecks>,
): Promise<(path: string, method?: string) => Promise<Answer>> {
  const address = { host: '127.0.0.1', port: await findPort([0]) };
  server = await serveHealth(address, {
    ready: () => true,
    database: async () => 18,
    temporal: async () => ({}),
    hungSteps: () => 0,
    ...checks,
  });
  return (path, method = 'GET') =>
    new Promise((resolve, reject) => {
      const asked = request({ ...address, path, method, agent: false }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (part: string) => (text += part));
        response.on('end', () => resolve({ status: response.statusCode, body: JSON.parse(text) as unknown }));
      });
      asked.on('error', reject).end();
    });
}

describe('the health endpoint', () => {
  it('says live while the process runs, whatever the rest does', async () => {
    const ask = await serving({
      ready: () => false,
      database: async () => Promise.reject(new Error('down')),
    });
    expect(await ask('/live')).toEqual({ status: 200, body: { live: true } });
  });

  it('says ready while the worker polls and the database answers', async () => {
    const ask = await serving({});
    const ready = {
      status: 200,
      body: { ready: true, polling: true, database: true, temporal: true, hungSteps: 0 },
    };
    expect(await ask('/ready')).toEqual(ready);
    expect(await ask('/')).toEqual(ready);
  });

  it('is not ready once the worker stops polling', async () => {
    const ask = await serving({ ready: () => false });
    expect(await ask('/ready')).toEqual({
      status: 503,
      body: { ready: false, polling: false, database: true, temporal: true, hungSteps: 0 },
    });
  });

  it('is not ready while the database is down, and does not say why', async () => {
    const ask = await serving({ database: async () => Promise.reject(new Error('password canary')) });
    expect(await ask('/ready')).toEqual({
      status: 503,
      body: { ready: false, polling: true, database: false, temporal: true, hungSteps: 0 },
    });
  });

  it('is not ready while Temporal does not answer', async () => {
    const ask = await serving({ temporal: async () => Promise.reject(new Error('down')) });
    expect(await ask('/ready')).toEqual({
      status: 503,
      body: { ready: false, polling: true, database: true, temporal: false, hungSteps: 0 },
    });
  });

  it('is not ready while a step hangs past its deadline', async () => {
    let hungSteps = 2;
    const ask = await serving({ hungSteps: () => hungSteps });
    expect(await ask('/ready')).toEqual({
      status: 503,
      body: { ready: false, polling: true, database: true, temporal: true, hungSteps: 2 },
    });
    hungSteps = 0;
    expect((await ask('/ready')).status).toBe(200);
  });

  it('is ready again when the database is back', async () => {
    let up = false;
    const ask = await serving({ database: async () => (up ? 18 : Promise.reject(new Error('down'))) });
    expect((await ask('/ready')).status).toBe(503);
    up = true;
    expect((await ask('/ready')).status).toBe(200);
  });

  it('does not wait for a database that does not answer', async () => {
    // Only the patience is a timer here; sockets keep their own.
    jest.useFakeTimers({
      doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask', 'setInterval', 'performance', 'Date'],
    });
    try {
      const ask = await serving({
        database: () => {
          setImmediate(() => jest.advanceTimersByTime(3_000));
          return new Promise(() => undefined);
        },
      });
      expect(await ask('/ready')).toEqual({
        status: 503,
        body: { ready: false, polling: true, database: false, temporal: true, hungSteps: 0 },
      });
    } finally {
      jest.useRealTimers();
    }
  });

  it('refuses other paths and methods', async () => {
    const ask = await serving({});
    expect((await ask('/metrics')).status).toBe(404);
    expect((await ask('/ready', 'POST')).status).toBe(405);
  });

  it('frees its port when it closes, even under an open connection', async () => {
    const port = await findPort([0]);
    const first = await serveHealth(
      { host: '127.0.0.1', port },
      { ready: () => true, database: async () => 18, temporal: async () => ({}), hungSteps: () => 0 },
    );
    await new Promise((resolve) => {
      get({ host: '127.0.0.1', port, path: '/live', headers: { connection: 'keep-alive' } }, resolve);
    });
    await first.close();
    server = await serveHealth(
      { host: '127.0.0.1', port },
      { ready: () => true, database: async () => 18, temporal: async () => ({}), hungSteps: () => 0 },
    );
  });

  it('fails to start on a port that is taken', async () => {
    const port = await findPort([0]);
    const checks = {
      ready: () => true,
      database: async () => 18,
      temporal: async () => ({}),
      hungSteps: () => 0,
    };
    server = await serveHealth({ host: '127.0.0.1', port }, checks);
    await expect(serveHealth({ host: '127.0.0.1', port }, checks)).rejects.toMatchObject({
      code: 'EADDRINUSE',
    });
  });
});
