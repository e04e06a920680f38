import { planTenant } from '../../../../client/plan';
import type { Range } from '../../../../client/plan/ranges';
import { filterCombinations } from '../../../../cxone';
import { ask } from '../../simulator/client';
import { simulateTenant, type SimulatedTenant } from '../simulated-tenant';

const dayMs = 86_400_000;
const clock = Date.parse('2026-03-20T12:00:00Z');

let given: SimulatedTenant;
beforeAll(async () => {
  given = await simulateTenant({ clock: () => clock, contactsPerDay: 300 });
});
afterAll(() => given.simulator.close());
beforeEach(() => {
  given.simulator.setFaults([]);
  given.simulator.journal.clear();
});

const range = (from: string, to: string): Range => ({ from: new Date(from), to: new Date(to) });
const month = range('2026-02-01T00:00:00Z', '2026-03-01T00:00:00Z');
const truthOf = ({ from, to }: Range, filter: object = {}) =>
  given.simulator.truth({ from: from.getTime(), to: to.getTime(), ...filter });

interface Row {
  readonly masterContactId: number;
  readonly mediaTypeId: number;
  readonly agentId: number | null;
  readonly isLogged: boolean;
  readonly totalDurationSeconds: number;
}

/** Phone calls and voice mails, as the API would give them. */
async function spokenRows({ from, to }: Range): Promise<readonly Row[]> {
  const address = `${given.simulator.address}/simulator/truth/contacts`;
  const { body } = await ask(`${address}?from=${from.toISOString()}&to=${to.toISOString()}`);
  const rows = body.toString().trim().split('\n');
  return rows.map((row) => JSON.parse(row) as Row).filter(({ mediaTypeId }) => [4, 5].includes(mediaTypeId));
}

const relative = (value: number, truth: number) => Math.abs(value - truth) / truth;

describe('a plan of a month', () => {
  it('counts exactly and estimates within bounds', async () => {
    const plan = await planTenant(given.tenant(), month, dayMs);
    const truth = truthOf(month);
    expect(plan).toMatchObject({ windows: 28, contacts: truth.contacts, agents: truth.agents });
    const rows = await spokenRows(month);
    expect(plan.recordableContacts).toBe(rows.length);
    const callsOf = (some: readonly Row[]): number => new Set(some.map((row) => row.masterContactId)).size;
    const likely = callsOf(
      rows.filter((row) => row.isLogged || (row.agentId !== null && row.totalDurationSeconds > 4)),
    );
    expect(relative(plan.calls, likely)).toBeLessThan(0.05);
    expect(plan.calls + plan.unlikelyCalls).toBeGreaterThan(plan.calls);
    expect(relative(plan.calls + plan.unlikelyCalls, callsOf(rows))).toBeLessThan(0.05);
    const seconds = rows.reduce((sum, row) => sum + row.totalDurationSeconds, 0);
    expect(relative(plan.bytes.recordings, seconds * plan.assumptions.recordingBytesPerSecond)).toBeLessThan(
      0.15,
    );
    expect(plan.requests.contacts).toBe(28 * 2);
    expect(plan.mediaHours).toBeCloseTo((plan.calls * 2) / 3_600, 6);
  });

  it('of logged calls counts those only, and of CXone Recording every call, which is logged nowhere', async () => {
    const logged = await planTenant(given.tenant({ recordedCalls: 'logged' }), month, dayMs);
    const { loggedMasterContacts } = truthOf(month);
    expect(relative(logged.calls, loggedMasterContacts)).toBeLessThan(0.05);
    expect(logged.unlikelyCalls).toBe(0);
    const other = await simulateTenant({ clock: () => clock, contactsPerDay: 300, recorder: 'cxone' });
    const plan = await planTenant(other.tenant(), month, dayMs);
    await other.simulator.close();
    expect(plan.loggedContacts).toBe(0);
    expect(plan.calls).toBeGreaterThan(loggedMasterContacts * 0.8);
  });

  it('costs a handful of requests and no playback query', async () => {
    await planTenant(given.tenant(), month, dayMs);
    const { journal } = given.simulator;
    expect(journal.count({ family: 'contacts' })).toBe(9);
    expect(journal.count({ family: 'agents' })).toBe(2);
    expect(journal.count({ family: 'media' })).toBe(0);
    expect(journal.count()).toBe(14);
  });

  it('heeds the filters of the tenants file', async () => {
    const filter = { skillIds: [4501, 4502], mediaTypeIds: [4] };
    const plan = await planTenant(given.tenant(filter), month, dayMs);
    const truth = truthOf(month, filter);
    expect(plan.contacts).toBe(truth.contacts);
    expect(plan.recordableContacts).toBe(plan.contacts);
    expect(given.simulator.journal.count({ family: 'contacts' })).toBe(9);
  });

  it.each(['capped', 'pageOnly'] as const)('does not believe a total that is %s', async (form) => {
    given.simulator.setFaults([{ name: 'smallTotal', args: { form } }]);
    await expect(planTenant(given.tenant(), month, dayMs)).rejects.toMatchObject({ code: 'CountUnknown' });
  });

  it('counts no contact twice where stretches meet, however CXone reads endDate', async () => {
    for (const faults of [[], [{ name: 'exclusiveEnd' as const }]]) {
      given.simulator.setFaults(faults);
      const plan = await planTenant(given.tenant(), month, dayMs);
      expect(plan.contacts).toBe(truthOf(month).contacts);
    }
  });
});

describe('thirteen months', () => {
  const long = range('2025-02-01T00:00:00Z', '2026-03-01T00:00:00Z');

  it('are counted in stretches of at most thirty days that leave nothing out', async () => {
    const quiet = await simulateTenant({ clock: () => clock, contactsPerDay: 5 });
    const plan = await planTenant(quiet.tenant(), long, dayMs);
    await quiet.simulator.close();
    expect(plan).toMatchObject({ windows: 393, contacts: 393 * 5 });
    const asked = quiet.simulator.journal.entries({ family: 'contacts' });
    // Four counts of each stretch, and for each of more than a few rows the request that proves it.
    expect(asked.length).toBeLessThanOrEqual(14 * 8 + 1);
    for (const { query } of asked) {
      const span = Date.parse(query['endDate'] ?? '') - Date.parse(query['startDate'] ?? '');
      expect(span).toBeLessThanOrEqual(30 * dayMs);
      expect(Number(query['top'])).toBeLessThanOrEqual(500);
    }
  });
});

describe('a CXone that', () => {
  it('gives up on a long stretch is asked for its halves', async () => {
    given.simulator.setFaults([
      { name: 'status', match: { family: 'contacts' }, onCall: [1, 2], args: { status: 408 } },
    ]);
    const plan = await planTenant(given.tenant(), month, dayMs);
    expect(plan.contacts).toBe(truthOf(month).contacts);
    expect(plan.requests.contacts).toBe(28 * 2);
  });

  it('gives up on every stretch ends the plan, with few requests', async () => {
    given.simulator.setFaults([{ name: 'status', match: { family: 'contacts' }, args: { status: 408 } }]);
    await expect(planTenant(given.tenant(), month, dayMs)).rejects.toMatchObject({ status: 408 });
    expect(given.simulator.journal.count({ family: 'contacts' })).toBeLessThan(8);
  });

  it('refuses is reported with its own code', async () => {
    given.simulator.setFaults([{ name: 'forbidden', match: { family: 'contacts' } }]);
    await expect(planTenant(given.tenant(), month, dayMs)).rejects.toMatchObject({
      name: 'CxoneError',
      status: 403,
    });
  });

  it('holds nothing costs one count and no sample', async () => {
    given.simulator.setFaults([{ name: 'status', match: { family: 'contacts' }, args: { status: 204 } }]);
    const plan = await planTenant(given.tenant(), month, dayMs);
    expect(plan).toMatchObject({ contacts: 0, calls: 0, bytes: { database: 0, recordings: 0 } });
    expect(given.simulator.journal.count({ family: 'contacts' })).toBe(1);
  });
});

describe('filters of a tenant', () => {
  const none = { skillIds: [], campaignIds: [], mediaTypeIds: [] };

  it('are one empty filter when there are none', () => {
    expect(filterCombinations(none)).toEqual([{}]);
  });

  it('are every combination, each once', () => {
    const filters = filterCombinations({ ...none, skillIds: [1, 2, 2], mediaTypeIds: [4, 9] });
    expect(filters).toEqual([
      { skillId: 1, mediaTypeId: 4 },
      { skillId: 1, mediaTypeId: 9 },
      { skillId: 2, mediaTypeId: 4 },
      { skillId: 2, mediaTypeId: 9 },
    ]);
  });
});
