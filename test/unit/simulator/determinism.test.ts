import { type SimulatorOptions, startSimulator } from '../../../simulator';
import { dayWindow, Reader, type Row, simulatedNow, wholeDay } from './client';

async function withReader<Result>(
  options: SimulatorOptions,
  use: (reader: Reader, simulator: Awaited<ReturnType<typeof startSimulator>>) => Promise<Result>,
): Promise<Result> {
  const simulator = await startSimulator({ contactsPerDay: 300, clock: () => simulatedNow, ...options });
  try {
    return await use(await Reader.of(simulator), simulator);
  } finally {
    await simulator.close();
  }
}

const rowsOf = (options: SimulatorOptions): Promise<Row[]> =>
  withReader(options, (reader) => reader.pages({ ...wholeDay, orderBy: 'contactId' }, 1000));

describe('the seed', () => {
  it('decides about every contact, every credential and the truth, recordings included', async () => {
    const simulation = (seed: number): Promise<object> =>
      withReader({ seed }, async (reader, simulator) => ({
        rows: await reader.pages({ ...wholeDay, orderBy: 'contactId' }, 1000),
        credentials: simulator.credentials,
        truth: simulator.truth({ ...dayWindow, recordings: true }),
      }));
    const [first, again, other] = [await simulation(5), await simulation(5), await simulation(6)];
    expect(again).toEqual(first);
    for (const [name, part] of Object.entries(first)) {
      expect(part).not.toEqual((other as Record<string, unknown>)[name]);
    }
  });
});

describe('time', () => {
  it('shows rows once the warehouse has them, and moves their stamp with every later change', async () => {
    let now = Date.parse('2026-03-10T10:00:00Z');
    await withReader({ clock: () => now, tokenLifetimeSeconds: 1e6 }, async (reader, simulator) => {
      const window = {
        startDate: '2026-03-10T09:00:00Z',
        endDate: '2026-03-10T09:59:59.999Z',
        orderBy: 'contactId',
      };
      const seen: { readonly at: number; readonly rows: readonly Row[] }[] = [];
      for (const hours of [0, 0.2, 0.5, 1, 6, 14, 60]) {
        now = Date.parse('2026-03-10T10:00:00Z') + hours * 3_600_000;
        seen.push({ at: now, rows: await reader.pages(window, 1000) });
        const truth = simulator.truth({
          from: Date.parse(window.startDate),
          to: Date.parse('2026-03-10T10:00:00Z'),
        });
        expect(truth.contacts).toBe(seen.at(-1)?.rows.length);
      }
      for (const { at, rows } of seen) {
        for (const row of rows) expect(Date.parse(row['lastUpdateTime'] as string)).toBeLessThanOrEqual(at);
      }
      const counts = seen.map(({ rows }) => rows.length);
      expect(counts[0]).toBeLessThan(counts.at(-1) as number);
      expect(counts).toEqual(counts.toSorted((a, b) => a - b));
      const [early, late] = [
        seen[2]?.rows ?? [],
        new Map(seen.at(-1)?.rows.map((row) => [row['contactId'], row])),
      ];
      const changed = early.filter(
        (row) => late.get(row['contactId'])?.['lastUpdateTime'] !== row['lastUpdateTime'],
      );
      expect(changed.length).toBeGreaterThan(early.length / 4);
      for (const row of early) {
        const before = Date.parse(row['lastUpdateTime'] as string);
        expect(Date.parse(late.get(row['contactId'])?.['lastUpdateTime'] as string)).toBeGreaterThanOrEqual(
          before,
        );
      }
    });
  });

  it('lets a follower of updatedSince see every row and every change of it', async () => {
    let now = Date.parse('2026-03-10T08:00:00Z');
    await withReader({ clock: () => now, tokenLifetimeSeconds: 1e7 }, async (reader) => {
      const copy = new Map<unknown, Row>();
      let since = '2026-03-10T08:00:00Z';
      for (let round = 0; round < 40; round++) {
        for (const row of await reader.pages({ updatedSince: since, orderBy: 'lastUpdateTime asc' }, 500)) {
          copy.set(row['contactId'], row);
        }
        since = new Date(now).toISOString();
        now += 3 * 3_600_000;
      }
      now -= 3 * 3_600_000;
      const window = {
        startDate: '2026-03-10T08:00:00Z',
        endDate: '2026-03-14T00:00:00Z',
        orderBy: 'contactId',
      };
      const rows = await reader.pages(window, 10_000);
      expect(rows.length).toBeGreaterThan(1000);
      expect(rows.map((row) => copy.get(row['contactId']))).toEqual(rows);
    });
  });
});

describe('options', () => {
  it.each<SimulatorOptions>([
    { contactsPerDay: 0 },
    { agents: 1.5 },
    { loggedShare: 2 },
    { seed: -1 },
    { mediaBytes: { min: 10, max: 5 } },
  ])('are refused when out of bounds: %j', async (options) => {
    await expect(startSimulator(options)).rejects.toThrow(RangeError);
  });

  it('set the share of calls that are logged', async () => {
    const share = async (loggedShare: number): Promise<number> => {
      const rows = await rowsOf({ loggedShare });
      const calls = rows.filter(
        (row) => row['mediaTypeId'] === 4 && row['contactId'] === row['masterContactId'],
      );
      return calls.filter((row) => row['isLogged'] === true).length / calls.length;
    };
    expect(await share(0)).toBe(0);
    expect(await share(1)).toBe(1);
    expect(await share(0.5)).toBeCloseTo(0.5, 0);
  });

  it('report a port that is taken', async () => {
    await withReader({}, async (_, simulator) => {
      const port = Number(new URL(simulator.address).port);
      await expect(startSimulator({ port })).rejects.toThrow(/EADDRINUSE/);
    });
  });
});
