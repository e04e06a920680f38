import { proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../activities';
import { apiOptions, extraOptions, farewellOptions, mediaOptions, storeOptions } from './activity-options';

/** Activities that ask CXone for something. */
export const api =
  proxyActivities<
    Pick<Activities, 'authenticate' | 'fetchContactPage' | 'countContacts' | 'fetchAgents' | 'planIncrement'>
  >(apiOptions);

/** Activities that ask CXone for something a window can do without. */
export const extra = proxyActivities<Pick<Activities, 'fetchLookups'>>(extraOptions);

/** Activities that move audio. */
export const media = proxyActivities<Pick<Activities, 'downloadRecording'>>(mediaOptions);

/** Activities that end in one transaction. */
export const store =
  proxyActivities<
    Pick<
      Activities,
      | 'openWindow'
      | 'persistContacts'
      | 'persistAgents'
      | 'claimLookups'
      | 'persistLookups'
      | 'tallyRound'
      | 'markAbsent'
      | 'moveWatermark'
      | 'skipGap'
      | 'dueRecordings'
      | 'recordingsToSweep'
      | 'closeWindow'
      | 'closeSplitWindow'
      | 'findComplete'
      | 'inspectRuns'
      | 'cancelBackfill'
    >
  >(storeOptions);

/** What a run that failed or waits tells the ledger, or asks of the settings: worth a few tries, and no more. */
export const farewell =
  proxyActivities<Pick<Activities, 'closeWindow' | 'noteParked' | 'parkedTimeout'>>(farewellOptions);
