import { proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../../activities';
import { apiOptions, storeOptions } from '../../workflows/activity-options';
import type { SyncWindowInput } from '../../workflows/inputs';

const api = proxyActivities<Pick<Activities, 'authenticate'>>(apiOptions);
const store = proxyActivities<Pick<Activities, 'openWindow'>>(storeOptions);

/** `syncWindow` as a careless change would leave it: it opens the window before it authenticates. */
export async function syncWindow({ tenant, from, to }: SyncWindowInput): Promise<void> {
  await store.openWindow({ tenant, from, to, by: 'start', claimant: { workflowId: '', runId: '' } });
  await api.authenticate({ tenant });
}

/** `downloadRecordings` that forgot to do anything. */
export async function downloadRecordings(): Promise<number> {
  return 0;
}
