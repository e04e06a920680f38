import { chaosBackfill } from '../chaos/backfill-chaos';

describe('a backfill whose workers are killed', () => {
  it('ends complete, with the truth, and asks again at most for the pages that were under way', async () => {
    const result = await chaosBackfill({
      windows: 25,
      seed: 7,
      kills: 2,
      pauseMs: { least: 1_000, most: 4_000 },
      contactsPerDay: 720,
      concurrency: 4,
      log: () => undefined,
    });
    expect(result.report).toMatchObject({ status: 'complete', windows: 25, complete: 25 });
    expect(result.kills).toBeGreaterThan(0);
    expect([result.missing, result.unexpected]).toEqual([[], []]);
    expect(result.contacts).toBeGreaterThan(500);
    expect(result.repeated).toBeLessThanOrEqual(result.inFlightAtKills);
    // Every window was begun once: a kill does not start it over.
    expect(result.attempts).toBe(25);
  }, 300_000);
});
