import type { SlotClaim } from '../../../../store/extraction/job-slots';
import { openStore } from '../../../../store/store';
import { postgresServers } from '../../../setup/servers';
import { openTestEnvironment, type TestEnvironment } from '../test-environment';

const terms = { leaseSeconds: 600, secondsApart: 30 };
const run = (name: string) => ({ workflowId: `extract:acme:evaluations:${name}`, runId: `run-${name}` });
const [first, second, third] = [run('1'), run('2'), run('3')];

describe.each(postgresServers())('the turn of a tenant on $label', (server) => {
  let environment: TestEnvironment;
  beforeAll(async () => {
    environment = await openTestEnvironment(server);
  });
  afterEach(() => environment.empty());
  afterAll(() => environment.close());

  const claim = (who = first, more: Partial<typeof terms> = {}, replacing?: typeof first) =>
    environment.store.extractionSlots.claim('acme', who, { ...terms, ...more }, replacing);
  /** Moves everything that happened `seconds` further back, by the database's clock. */
  const pass = (seconds: number) =>
    environment.query(
      `update cxone.extraction_slot
       set asked_at = asked_at - $1 * interval '1 second', job_at = job_at - $1 * interval '1 second',
           held_until = held_until - $1 * interval '1 second'`,
      [seconds],
    );
  /** The same for runs that wait in line. */
  const passInLine = (seconds: number) =>
    environment.query(
      `update cxone.extraction_wait
       set since = since - $1 * interval '1 second', seen_at = seen_at - $1 * interval '1 second'`,
      [seconds],
    );
  const statusOf = async (who: typeof first) => (await claim(who, { secondsApart: 0 })).status;

  it('is taken by one of two workers that ask at the same time', async () => {
    const other = openStore({ url: environment.url, maxConnections: 4 });
    try {
      for (let turn = 0; turn < 10; turn += 1) {
        const claims: SlotClaim[] = await Promise.all([
          claim(first),
          other.extractionSlots.claim('acme', second, terms),
        ]);
        expect(claims.map(({ status }) => status).sort()).toEqual(['granted', 'held']);
        await environment.empty();
      }
    } finally {
      await other.close();
    }
  });

  it('is free for the next when it is given back, and half a minute after the last job was asked for', async () => {
    expect(await claim(first)).toMatchObject({ status: 'granted', lastJobAt: null });
    expect(await claim(second)).toEqual({ status: 'held', by: first });
    await environment.store.extractionSlots.release('acme', first);
    const tooSoon = await claim(second);
    expect(tooSoon.status).toBe('too soon');
    if (tooSoon.status !== 'too soon') throw new Error('it has to be too soon');
    expect(tooSoon.waitMs).toBeGreaterThan(20_000);
    expect(tooSoon.waitMs).toBeLessThanOrEqual(30_000);
    await pass(31);
    expect(await claim(second)).toMatchObject({ status: 'granted' });
  });

  it('is counted from CXone’s answer on, which may be long in coming', async () => {
    await claim(first);
    await pass(20);
    await environment.store.extractionSlots.answered('acme', first, 'made');
    await environment.store.extractionSlots.release('acme', first);
    await pass(20);
    expect(await claim(second)).toMatchObject({ status: 'too soon' });
    await pass(10);
    expect(await claim(second)).toMatchObject({ status: 'granted' });
  });

  it('says when a job was last created or seen, and does not count a refusal', async () => {
    const slots = environment.store.extractionSlots;
    const sinceJob = async (): Promise<number | null> => {
      const turn = await claim(first, { secondsApart: 0 });
      if (turn.status !== 'granted') throw new Error(`the turn is ${turn.status}`);
      return turn.lastJobAt === null ? null : (turn.askedAt.getTime() - turn.lastJobAt.getTime()) / 1_000;
    };
    await claim(first);
    await slots.answered('acme', first, 'refused');
    expect(await sinceJob()).toBeNull();
    await slots.answered('acme', first, 'made');
    await pass(100);
    expect(await sinceJob()).toBeGreaterThanOrEqual(100);
    await slots.prolong('acme', first, 600);
    await pass(50);
    const ran = await sinceJob();
    expect(ran).toBeGreaterThanOrEqual(50);
    expect(ran).toBeLessThan(100);
  });

  it('is not asked for by its holder either before its time', async () => {
    await claim(first);
    expect(await claim(first)).toMatchObject({ status: 'too soon' });
    expect(await claim(second)).toMatchObject({ status: 'held' });
    await pass(30);
    expect(await claim(first)).toMatchObject({ status: 'granted' });
  });

  it('of a run that is not heard of for long is free, and lost for it', async () => {
    await claim(first);
    await pass(601);
    expect(await claim(second)).toMatchObject({ status: 'granted' });
    expect(await environment.store.extractionSlots.prolong('acme', first, 600)).toBe(false);
    // A run that has lost the turn cannot release another's.
    await environment.store.extractionSlots.release('acme', first);
    expect(await claim(third, { secondsApart: 0 })).toEqual({ status: 'held', by: second });
  });

  it('stays with a run that is heard of', async () => {
    await claim(first);
    await pass(590);
    expect(await environment.store.extractionSlots.prolong('acme', first, 600)).toBe(true);
    await pass(590);
    expect(await claim(second)).toEqual({ status: 'held', by: first });
  });

  it('is taken over at once from a run that is known to be gone, and from no other', async () => {
    await claim(first);
    expect(await claim(second, { secondsApart: 0 }, third)).toEqual({ status: 'held', by: first });
    expect(await claim(second, { secondsApart: 0 }, first)).toMatchObject({ status: 'granted' });
  });

  it('goes to waiting callers in the order in which they came, not to the next one to ask', async () => {
    await claim(first);
    expect(await statusOf(second)).toBe('held');
    expect(await statusOf(third)).toBe('held');
    await environment.store.extractionSlots.release('acme', first);
    // The first wants another one at once, as the next day of a range does.
    expect(await statusOf(run('4'))).toBe('queued');
    expect(await statusOf(third)).toBe('queued');
    expect(await statusOf(second)).toBe('granted');
    await environment.store.extractionSlots.release('acme', second);
    expect(await statusOf(run('4'))).toBe('queued');
    expect(await statusOf(third)).toBe('granted');
    await environment.store.extractionSlots.release('acme', third);
    expect(await statusOf(run('4'))).toBe('granted');
  });

  it('does not wait for a caller that has not asked for two minutes, or has given up', async () => {
    await claim(first);
    await statusOf(second);
    await environment.store.extractionSlots.release('acme', first);
    expect(await statusOf(third)).toBe('queued');
    await passInLine(121);
    expect(await statusOf(third)).toBe('granted');
    await environment.empty();
    await claim(first);
    await statusOf(second);
    await environment.store.extractionSlots.release('acme', second);
    await environment.store.extractionSlots.release('acme', first);
    expect(await statusOf(third)).toBe('granted');
  });

  it('of one tenant is not that of another', async () => {
    await claim(first);
    expect(await environment.store.extractionSlots.claim('other', second, terms)).toMatchObject({
      status: 'granted',
    });
  });
});
