import { readDatabase } from '../../../client/status/read-database';
import type { WindowFilter } from '../../../store';
import { stamp } from '../../../workflows/ids';
import { postgresServers } from '../../setup/servers';
import {
  at,
  everything,
  openTestEnvironment,
  someone,
  type TestEnvironment,
} from '../store/test-environment';

const [server] = postgresServers();
const day = 86_400;
const ofSkill: WindowFilter = { ...everything, skillIds: [101] };
const gap = { from: at(0), to: at(4 * day) };
const unreadable = {
  tenant: 'acme',
  limits: {},
  extract: null,
  recordedCalls: 'listed',
  ...everything,
} as const;

describe('the status of a tenant whose entry cannot be read', () => {
  let environment: TestEnvironment;
  beforeAll(async () => {
    if (!server) throw new Error('no PostgreSQL');
    environment = await openTestEnvironment(server);
  });
  afterEach(() => environment.empty());
  afterAll(() => environment?.close());

  /** A gap, of which the first two days were read since, under the tenant's filter. */
  async function halfRead(): Promise<void> {
    const { gaps, windows } = environment.store;
    await gaps.found('acme', gap);
    const key = { tenant: 'acme', from: gap.from, to: at(2 * day), by: 'start', filter: ofSkill } as const;
    const claim = await windows.claim(key, someone);
    if (claim.status === 'busy') throw new Error('the window is busy');
    const done = { status: 'complete', expected: 0, absent: 0, round: 0 } as const;
    await windows.close(claim.windowId, claim.attempt, done);
  }
  const look = async () =>
    (await readDatabase(environment.store, [unreadable], (id) => id)).get('acme') ?? { gaps: [] };

  it('goes by the filter that was read under last', async () => {
    await environment.store.watermarks.begin('acme', 'contacts', at(0));
    await environment.store.filters.adopt({
      ...{ tenant: 'acme', stream: 'contacts', filter: ofSkill, clock: at(5 * day) },
      ...{ changesForDays: 3, lookBackDays: 30 },
    });
    await halfRead();
    expect(await look()).toMatchObject({
      filterWidened: null,
      gaps: [{ missingFrom: stamp(at(2 * day)), atMost: false }],
      extractions: [],
    });
  });

  it('says that less may be missing where that is not known either', async () => {
    await halfRead();
    expect(await look()).toMatchObject({ gaps: [{ missingFrom: stamp(at(0)), atMost: true }] });
  });
});
