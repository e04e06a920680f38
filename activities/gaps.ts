import type { OpenGap, Store } from '../store';
import type { RunState } from './backfill';
import type { Tenant } from './tenants';

export interface GapDependencies {
  readonly store: Store;
  /** Asks Temporal how the latest backfill of a range is doing. */
  readonly inspectBackfill: (
    tenant: string,
    range: { readonly from: Date; readonly to: Date },
  ) => Promise<RunState>;
}

const underWay: ReadonlySet<RunState['status']> = new Set(['running', 'parked']);
/** A person has ended it, who shall not find it begun again. */
const endedByHand: ReadonlySet<string | undefined> = new Set(['Cancelled', 'Terminated']);

/**
 * A gap of the live sync whose backfill is to be begun again: it ended by itself, a day or more after it was begun, and
 * windows are missing still. What is answered counts as begun.
 */
export async function gapToBegin(
  { store, inspectBackfill }: GapDependencies,
  { name, tuning }: Tenant,
): Promise<OpenGap['missing'] | null> {
  await store.gaps.settle(name, tuning);
  for (const gap of await store.gaps.open(name, tuning)) {
    if (!gap.due || gap.givenUp) continue;
    const { status, code } = await inspectBackfill(name, gap.begun);
    if (endedByHand.has(code)) await store.gaps.giveUp(name, gap);
    else if (!underWay.has(status) && (await store.gaps.begin(name, gap))) return gap.missing;
  }
  return null;
}
