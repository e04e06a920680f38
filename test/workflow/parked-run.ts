import type { WorkflowHandle } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { searchAttributeKeys as keys } from '../../workflows/search-attributes';
import { eventually } from '../e2e/stand';

/** What an activity fails with that a person can mend, or time where it is `passing`. */
export function refusal(type: string, passing = false): ApplicationFailure {
  const details = [passing ? { remedy: `Mend ${type}.`, passing } : { remedy: `Mend ${type}.` }];
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

/** What Web UI shows of a run. */
export const detailsOf = async (handle: WorkflowHandle): Promise<string> => {
  const { currentDetails } = await handle.query<{ currentDetails: string }>('__temporal_workflow_metadata');
  return currentDetails;
};
