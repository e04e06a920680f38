import { postgresServers } from '../../../setup/servers';
import { at, everything, openTestEnvironment, someone, type TestEnvironment } from '../test-environment';

/** How a window by update went, by the database's clock. */
interface WindowStory {
  readonly begun?: Date;
  readonly status?: 'complete' | 'failed';
  readonly readTo?: Date;
}

const hour = 3_600;
const poisoned = at(3 * 365 * 24 * hour);

describe.each(postgresServers())('the clock of a source on $label', (server) => {
  let environment: TestEnvironment;
  beforeAll(async () => {
    environment = await openTestEnvironment(server);
  });
  afterEach(() => environment.empty());
  afterAll(() => environment?.close());

  let runs = 0;
  /** A window by update, begun and closed at these moments of the database's clock. */
  async function window(
    from: Date,
    to: Date,
    { begun = from, status = 'complete', readTo }: WindowStory = {},
  ) {
    const key = { tenant: 'acme', from, to, by: 'update', filter: everything } as const;
    const claim = await environment.store.windows.claim(key, { ...someone, runId: `run-${(runs += 1)}` });
    if (claim.status === 'busy') throw new Error('the window is busy');
    if (readTo) await environment.store.windows.endEarlier(claim.windowId, claim.attempt, readTo);
    await environment.store.windows.close(claim.windowId, claim.attempt, {
      status,
      expected: 0,
      absent: 0,
      round: 0,
    });
    await environment.query(
      'update cxone.sync_window set started_at = $2, closed_at = $3 where window_id = $1',
      [claim.windowId, begun, new Date(begun.getTime() + 1_000)],
    );
    return claim;
  }
  const mark = (value: Date) =>
    environment.query(
      `insert into cxone.watermark (tenant, stream, value) values ('acme', 'contacts', $1)
       on conflict (tenant, stream) do update set value = excluded.value`,
      [value],
    );
  const setBack = (clock: Date) =>
    environment.store.clocks.setBack({
      ...{ tenant: 'acme', stream: 'contacts', clock, lookBackDays: 30, filter: everything },
    });
  const marked = () => environment.store.watermarks.get('acme', 'contacts');

  it('leaves a watermark alone that is not ahead of it', async () => {
    await mark(at(hour));
    expect(await setBack(at(hour))).toBeNull();
    expect(await marked()).toEqual(at(hour));
  });

  it('sets one back to the end of the newest complete window that ended before it', async () => {
    await window(at(0), at(hour), { begun: at(hour) });
    await window(at(hour), at(2 * hour), { begun: at(2 * hour) });
    await window(at(2 * hour), at(3 * hour), { begun: at(3 * hour), status: 'failed' });
    await mark(poisoned);
    const clock = at(4 * hour);
    expect(await setBack(clock)).toMatchObject({ from: poisoned, to: at(2 * hour) });
    expect(await marked()).toEqual(at(2 * hour));
    expect((await environment.store.clocks.list(['acme'])).get('acme')?.setBack).toMatchObject({
      to: at(2 * hour),
    });
    expect(await setBack(clock)).toBeNull();
  });

  it('does not trust what was read after the first window that claims to end in the future', async () => {
    await window(at(0), at(hour), { begun: at(hour) });
    // The wrong clock; then windows that began at the wrong watermark, one of them of a single millisecond.
    await window(at(hour), poisoned, { begun: at(2 * hour) });
    await window(new Date(at(3 * hour).getTime() - 1), at(3 * hour), { begun: at(3 * hour) });
    await window(at(3 * hour), at(4 * hour), { begun: at(4 * hour) });
    await mark(poisoned);
    expect(await setBack(at(5 * hour))).toMatchObject({ to: at(hour) });
  });

  it('goes by where a window ended in truth', async () => {
    await window(at(0), at(hour), { begun: at(hour), readTo: at(hour - 45) });
    await mark(poisoned);
    expect(await setBack(at(2 * hour))).toMatchObject({ to: at(hour - 45) });
  });

  it('ends windows that claim to end in the future where the watermark goes back to, none before it began', async () => {
    await window(at(0), at(hour), { begun: at(hour) });
    const long = await window(at(hour - 60), poisoned, { begun: at(2 * hour) });
    const late = await window(at(3 * hour), poisoned, { begun: at(3 * hour), status: 'failed' });
    await mark(poisoned);
    await setBack(at(5 * hour));
    const { windows } = environment.store;
    expect(await windows.ledger(long.windowId)).toMatchObject({ to: poisoned, readTo: at(hour) });
    expect(await windows.ledger(late.windowId)).toMatchObject({ readTo: at(3 * hour + 0.001) });
    // What was read at the wrong mark is not trusted the next time either.
    await window(at(3 * hour), at(4 * hour), { begun: at(4 * hour) });
    await mark(poisoned);
    expect(await setBack(at(5 * hour))).toMatchObject({ to: at(hour) });
  });

  it('sets it back by the look-back where no window says how far changes are stored', async () => {
    await window(at(0), at(hour), { begun: at(hour), status: 'failed' });
    await mark(poisoned);
    expect(await setBack(at(2 * hour))).toMatchObject({ to: at(2 * hour - 30 * 24 * hour) });
  });

  it('ends gaps that reach into the future', async () => {
    await mark(poisoned);
    await environment.store.gaps.found('acme', { from: at(0), to: poisoned });
    await environment.store.gaps.found('acme', { from: at(9 * hour), to: poisoned });
    await setBack(at(2 * hour));
    expect(await environment.store.gaps.open('acme', everything)).toMatchObject([
      { from: at(0), to: at(2 * hour) },
    ]);
  });

  it('keeps the latest reading, and the latest clock that was gone by', async () => {
    const reading = (clock: Date) => ({ lastPollTime: poisoned, dateHeader: null, ownClock: clock, clock });
    expect(await environment.store.clocks.note('acme', reading(at(hour)))).toBeNull();
    expect(await environment.store.clocks.note('acme', reading(at(0)))).toEqual(at(hour));
    expect(await environment.store.clocks.note('acme', reading(at(1)))).toEqual(at(hour));
    expect((await environment.store.clocks.list(['acme', 'other'])).get('acme')?.reading).toEqual(
      reading(at(1)),
    );
    expect((await environment.store.clocks.list(['other'])).get('other')).toEqual({
      reading: null,
      setBack: null,
    });
  });

  it('takes the watermark of a stream away that is ahead of every clock', async () => {
    await environment.store.watermarks.advance('acme', 'agents', poisoned);
    await environment.store.clocks.withdrawAhead('acme', 'agents', poisoned);
    expect(await environment.store.watermarks.get('acme', 'agents')).toEqual(poisoned);
    await environment.store.clocks.withdrawAhead('acme', 'agents', at(hour));
    expect(await environment.store.watermarks.get('acme', 'agents')).toBeNull();
  });

  it('is where the watermark ends up when a window ends earlier than it was to', async () => {
    await mark(at(0));
    const key = { tenant: 'acme', from: at(0), to: at(hour), by: 'update', filter: everything } as const;
    const claim = await environment.claim(key);
    await environment.store.windows.endEarlier(claim.windowId, claim.attempt, at(hour - 45));
    expect(await environment.store.watermarks.moveOver('contacts', claim.windowId, claim.attempt)).toBe(true);
    expect(await marked()).toEqual(at(hour - 45));
    expect(await environment.store.windows.ledger(claim.windowId)).toMatchObject({ readTo: at(hour - 45) });
  });
});
