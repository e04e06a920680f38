import { proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../activities';
import {
  apiOptions,
  extraOptions,
  farewellOptions,
  loadingOptions,
  mediaOptions,
  storeOptions,
} from './activity-options';

/** Activities that ask CXone for something. */
export const api =
  proxyActivities<
    Pick<
      Activities,
      | 'authenticate'
      | 'fetchContactPage'
      | 'countContacts'
      | 'fetchAgents'
      | 'planIncrement'
      | 'createExtractionJob'
      | 'lookAtExtractionJob'
    >
  >(apiOptions);

/** Activities that ask CXone for something a window can do without. */
export const optionalActivities = proxyActivities<Pick<Activities, 'fetchLookups'>>(extraOptions);

/** Activities that move audio. */
export const media = proxyActivities<Pick<Activities, 'downloadRecording'>>(mediaOptions);

/** Activities that move a file of rows, for as long as it takes. */
export const loading = proxyActivities<Pick<Activities, 'loadExtraction'>>(loadingOptions);

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
      | 'countDoubles'
      | 'markAbsent'
      | 'moveWatermark'
      | 'skipGap'
      | 'readRejectedAgain'
      | 'lookAtGap'
      | 'dismissGap'
      | 'dueRecordings'
      | 'recordingsToSweep'
      | 'closeWindow'
      | 'closeSplitWindow'
      | 'findComplete'
      | 'inspectRuns'
      | 'cancelBackfill'
      | 'findExtracted'
    >
  >(storeOptions);

/** What a run that failed or waits writes to the ledger, or reads of the settings: worth a few attempts only. */
export const finalActivities =
  proxyActivities<Pick<Activities, 'closeWindow' | 'noteParked' | 'parkedTimeout' | 'endExtraction'>>(
    farewellOptions,
  );
