import { createServer } from 'node:http';
import type { Logger } from 'pino';
import { type Address, chooseAddress, type WantedAddress } from './listen';

/** What a health check asks. `ready` is false from the first signal to stop on. */
export interface HealthChecks {
  readonly ready: () => boolean;
  /** Resolves when the database answers. */
  readonly database: () => Promise<unknown>;
  /** Resolves when Temporal answers. */
  readonly temporal: () => Promise<unknown>;
  /** How many steps hang past their deadline in this process. */
  readonly hungSteps: () => number;
}

export interface HealthServer {
  close(): Promise<void>;
}

/** The longest a health check waits for the database and Temporal, in ms. */
const healthTimeoutMs = 3_000;

/**
 * Serves `GET /live` (200 while the process runs) and `GET /ready` (200 while it polls for work, database and Temporal answer
 * and no step hangs past its deadline, else 503). Answers are JSON and hold nothing but these facts.
 */
export async function serveHealth(address: Address, checks: HealthChecks): Promise<HealthServer> {
  const server = createServer((request, response) => {
    const answer = (status: number, body: object): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    };
    if (request.method !== 'GET') return answer(405, { error: 'only GET' });
    if (request.url === '/live') return answer(200, { live: true });
    if (request.url !== '/ready' && request.url !== '/') return answer(404, { error: 'try /live or /ready' });
    void Promise.all([answers(checks.database), answers(checks.temporal)]).then(([database, temporal]) => {
      const [polling, hungSteps] = [checks.ready(), checks.hungSteps()];
      const ready = polling && database && temporal && hungSteps === 0;
      answer(ready ? 200 : 503, { ready, polling, database, temporal, hungSteps });
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(address.port, address.host, resolve);
  });
  return {
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

async function answers(ask: () => Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), healthTimeoutMs);
  });
  const answered = ask().then(
    () => true,
    () => false,
  );
  return Promise.race([answered, tooLate]).finally(() => clearTimeout(timer));
}

/**
 * Serves health on the chosen address, or chooses again where another process was quicker to take it.
 * @throws SettingsError when the address was set and is taken.
 */
export async function listenForHealth(
  wanted: WantedAddress,
  chosen: Address,
  logger: Logger,
  checks: HealthChecks,
): Promise<HealthServer> {
  const serve = async (address: Address): Promise<HealthServer> => {
    const served = await serveHealth(address, checks);
    logger.info({ host: address.host, port: address.port }, 'health is served');
    return served;
  };
  try {
    return await serve(chosen);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    return serve(await chooseAddress(wanted, 'health', logger, chosen.port));
  }
}
