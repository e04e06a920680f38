import { openTestEnvironment, type TestEnvironment, type TestWorker } from '../../e2e/test-environment';
import { startTcpProxy, type TcpProxy } from '../../setup/tcp-proxy';
import { type S3Server, startS3Server } from '../../setup/versitygw';
import { type Side, sides } from './outage-schedule';

/** Real servers behind proxies of ours, and two workers that reach everything through these. */
export interface OutageEnvironment {
  readonly environment: TestEnvironment;
  readonly proxies: Readonly<Record<Side, TcpProxy>>;
  readonly workers: readonly TestWorker[];
  /** Where recordings lie: the test environment's folder, or that of a bucket. */
  readonly recordingsFolder: string;
  /** The simulator's clock, epoch ms. */
  now(): number;
  close(): Promise<void>;
}

const bucket = 'cxone-recordings';

/**
 * What the test itself asks for (truth, history) does not pass through the proxies, but for the simulator's truth.
 *
 * @param intoBucket whether recordings go into a bucket instead of a folder
 */
export async function openOutageEnvironment(intoBucket: boolean): Promise<OutageEnvironment> {
  // As ours: CXone's clock is compared with it.
  const now = Date.now;
  const made = await Promise.all(sides.map(async (side) => [side, await startTcpProxy()] as const));
  const proxies = Object.fromEntries(made) as Record<Side, TcpProxy>;
  let s3: S3Server | undefined;
  const closeProxies = async (): Promise<void> => {
    await Promise.all(made.map(([, proxy]) => proxy.close()));
  };
  try {
    const at = (side: Side): string => `127.0.0.1:${proxies[side].port}`;
    const environment = await openTestEnvironment({
      simulator: {
        clock: now,
        publicOrigins: { main: `http://${at('cxone')}`, media: `http://${at('media')}` },
        contactsPerDay: 2_400,
        loggedShare: 0.15,
        recordingDelaySeconds: 60,
        extractionSpacingSeconds: 0,
        // Answers take their time, so that some are under way whenever an outage begins.
        faults: [
          { name: 'slow', match: { family: 'contacts' }, args: { delayMs: 300 } },
          { name: 'slow', match: { family: 'media' }, args: { delayMs: 150 } },
        ],
      },
      tenant: {
        pageSize: 50,
        parkedTimeoutHours: 168,
        lookBackDays: 2,
        overlapMinutes: 30,
        extract: { interactionMetadata: true, secondsApart: 0 },
      },
    });
    proxies.cxone.lead(environment.simulator.ports.main);
    proxies.media.lead(environment.simulator.ports.media);
    proxies.database.lead(new URL(environment.databaseUrl).host);
    proxies.temporal.lead(environment.env['TEMPORAL_ADDRESS'] ?? '');
    const database = new URL(environment.databaseUrl);
    database.host = at('database');
    s3 = intoBucket ? await startS3Server() : undefined;
    const through = {
      ...{ DATABASE_URL: database.href, TEMPORAL_ADDRESS: at('temporal') },
      ...(s3 && storageThrough(s3, proxies.s3)),
    };
    const workers = await Promise.all([environment.startWorker(through), environment.startWorker(through)]);
    return {
      environment,
      proxies,
      workers,
      recordingsFolder: s3 ? s3.folder(bucket) : environment.recordingsFolder,
      now,
      async close() {
        for (const proxy of Object.values(proxies)) proxy.heal();
        await environment.close();
        await s3?.stop();
        await closeProxies();
      },
    };
  } catch (error) {
    await s3?.stop();
    await closeProxies();
    throw error;
  }
}

/** The environment of a worker that reaches a bucket through a proxy. */
function storageThrough(s3: S3Server, proxy: TcpProxy): Readonly<Record<string, string>> {
  s3.makeBucket(bucket);
  proxy.lead(new URL(s3.env['AWS_ENDPOINT_URL_S3'] ?? '').host);
  return {
    ...s3.env,
    AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${proxy.port}`,
    RECORDINGS_URL: `s3://${bucket}`,
  };
}
