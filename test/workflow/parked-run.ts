import type { WorkflowHandle } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { Progress } from '../../workflows/window/window-state';
import { searchAttributeKeys as keys } from '../../workflows/search-attributes';
import { eventually } from '../e2e/test-environment';

/** What an activity fails with that an operator can fix, or time where it is `passing`. */
export function refusal(type: string, passing = false): ApplicationFailure {
  const details = [passing ? { remedy: `Fix ${type}.`, passing } : { remedy: `Fix ${type}.` }];
  return ApplicationFailure.create({ type, message: `${type} happened.`, nonRetryable: true, details });
}

/** `CxoneStatus` of a run. */
export const statusOf = async (handle: WorkflowHandle): Promise<string | undefined> =>
  (await handle.describe()).typedSearchAttributes.get(keys.status);

/** Waits until the run is parked. */
export const parked = (handle: WorkflowHandle): Promise<void> =>
  eventually('the run is parked', async () => {
    const status = await statusOf(handle);
    if (status !== 'AwaitingOperator') throw new Error(`it is ${status}`);
  });

/** Waits until a window is parked for the nth time: its status may still be that of the time before. */
export const parkedAgain = (handle: WorkflowHandle, times: number): Promise<void> =>
  eventually(`the run is parked ${times} times`, async () => {
    const progress = await handle.query<Progress>('progress');
    if (progress.parked < times || progress.waitsFor.length === 0) throw new Error(JSON.stringify(progress));
    await parked(handle);
  });

/** What Web UI shows of a run. */
export const detailsOf = async (handle: WorkflowHandle): Promise<string> => {
  const { currentDetails } = await handle.query<{ currentDetails: string }>('__temporal_workflow_metadata');
  return currentDetails;
};
