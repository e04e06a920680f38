import { errorRow } from '../../errors';
import type { OpenGap, Store } from '../../store';
import { isUnderWay, type RunState } from '../backfill';
import { changesForDays } from './increment';
import type { Tenant } from '../tenants';

export interface GapDependencies {
  readonly store: Store;
  /** Asks Temporal how the latest backfill of a range is doing. */
  readonly inspectBackfill: (
    tenant: string,
    range: { readonly from: Date; readonly to: Date },
  ) => Promise<RunState>;
}

const dayMs = 86_400_000;

/** What is to be read of a gap, and whether a person is asked first. */
export interface DueGap {
  readonly from: Date;
  readonly to: Date;
  readonly waits: boolean;
}

/**
 * A gap of the live sync that is due: whose backfill is to be begun, or begun again, as it ended by itself a day or more
 * ago and windows are missing still; or about which a person is to be asked. What is answered counts as begun.
 */
export async function gapToBegin(
  { store, inspectBackfill }: GapDependencies,
  { name, tuning }: Tenant,
): Promise<DueGap | null> {
  await store.gaps.settle(name, tuning);
  const open = await store.gaps.open(name, tuning);
  // First those for which nothing was begun yet.
  for (const gap of open.toSorted((a, b) => Number(a.begun !== null) - Number(b.begun !== null))) {
    if (!gap.due || gap.givenUp) continue;
    const { begun, waits } = gap;
    const { status, code } = begun ? await inspectBackfill(name, begun) : notBegun;
    if (begun && isUnderWay({ status })) {
      if (waits) await store.gaps.takeOn(name, gap, begun);
    } else if (errorRow(code)?.resume === 'ended' && !waits) await store.gaps.giveUp(name, gap);
    // A person is asked about the whole, whatever of it is there by now: one run for one question.
    else if (await store.gaps.begin(name, gap)) return { ...(waits ? gap : gap.missing), waits };
  }
  return null;
}

/**
 * Notes the time of a window by update as a gap, of whose contacts too many were rejected: by start, so much earlier as a
 * contact may change after it began. One gap of a tenant grows with each such window. A backfill begins a day after the
 * first of them; what is rejected is kept already, and reading it again at once would bring the same.
 */
export async function noteRejected(
  store: Pick<Store, 'gaps'>,
  { name, tuning }: Tenant,
  window: { readonly from: string; readonly to: string },
): Promise<void> {
  const open = await store.gaps.open(name, tuning);
  const earlier = open.find(({ reason }) => reason === 'rejected');
  const from = Date.parse(window.from) - changesForDays(tuning.rereadDays) * dayMs;
  await store.gaps.found(name, {
    from: earlier && earlier.from.getTime() < from ? earlier.from : new Date(from),
    to: new Date(window.to),
    reason: 'rejected',
  });
}

const notBegun: Pick<RunState, 'status' | 'code'> = { status: 'gone' };

/**
 * What is missing still of a gap that waits for a person; null when it is read, or is being read. A backfill that a
 * person has begun for it is from then on begun again by itself, as for any other gap.
 */
export async function gapThatWaits(
  { store, inspectBackfill }: GapDependencies,
  { name, tuning }: Tenant,
  range: { readonly from: Date; readonly to: Date },
): Promise<OpenGap['missing'] | null> {
  await store.gaps.settle(name, tuning);
  const open = await store.gaps.open(name, tuning);
  const gap = open.find(({ waits, from, to }) => waits && from < range.to && to > range.from);
  if (!gap) return null;
  // What is missing shrinks while it is read; the command that a person typed may be of before.
  for (const begun of [gap.begun ?? gap.missing, gap.missing, range]) {
    if (!isUnderWay(await inspectBackfill(name, begun))) continue;
    await store.gaps.takeOn(name, gap, begun);
    return null;
  }
  return gap.missing;
}
