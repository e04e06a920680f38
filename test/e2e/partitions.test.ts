import { startTcpProxy, type TcpProxy } from '../setup/tcp-proxy';
import { eventually, openTestEnvironment, settledDay as day, type TestEnvironment } from './test-environment';
import { compareIds, nothingDiffers, storedContacts, trueContacts } from './truth';

const contactsPerDay = 4_000;

/** How long bytes are swallowed; `npm run chaos:outages` does so for a minute, on each side separately. */
const cutMs = 10_000;
/** Within what time a run goes on once bytes are not swallowed any more. */
const recoveredMs = 60_000;

let environment: TestEnvironment;
let proxies: readonly TcpProxy[] = [];
afterEach(async () => {
  await environment?.close();
  for (const proxy of proxies) await proxy.close();
});

const pages = (): number => environment.simulator.journal.count({ family: 'contacts' });

/** The settings by which a worker reaches PostgreSQL and Temporal through proxies. */
async function settingsThroughProxies(): Promise<Record<string, string>> {
  const database = new URL(environment.databaseUrl);
  const [postgres, temporal] = await Promise.all([
    startTcpProxy(database.host),
    startTcpProxy(environment.env['TEMPORAL_ADDRESS']),
  ]);
  proxies = [postgres, temporal];
  database.host = `127.0.0.1:${postgres.port}`;
  return { DATABASE_URL: database.href, TEMPORAL_ADDRESS: `127.0.0.1:${temporal.port}` };
}

describe('a network that swallows all bytes for a while, without a word', () => {
  it('between a worker, PostgreSQL and Temporal: the run goes on within a minute after it, and nothing is missing', async () => {
    environment = await openTestEnvironment({
      simulator: {
        contactsPerDay,
        faults: [{ name: 'slow', match: { family: 'contacts' }, args: { delayMs: 500 } }],
      },
      tenant: { pageSize: 100, pagesInFlight: 2 },
    });
    await environment.startWorker(await settingsThroughProxies());
    const handle = await environment.start({ ...day, recordings: false });
    await eventually('pages', async () => {
      if (pages() < 8) throw new Error(`${pages()} so far`);
    });
    for (const proxy of proxies) proxy.swallow();
    await new Promise((resolve) => setTimeout(resolve, cutMs));
    const sofar = pages();
    for (const proxy of proxies) proxy.heal();
    const healedAt = Date.now();
    const further = async (): Promise<void> => {
      if (pages() < sofar + 2) throw new Error('none yet');
    };
    await eventually('further pages', further, recoveredMs);
    process.stdout.write(`after a silent network: further pages came after ${Date.now() - healedAt} ms\n`);
    expect(await handle.result()).toMatchObject({ status: 'complete', fetched: contactsPerDay });
    const [truth, stored] = [await trueContacts(environment, day), await storedContacts(environment, day)];
    expect(compareIds(truth.keys(), stored.keys())).toEqual(nothingDiffers);
  });
});
