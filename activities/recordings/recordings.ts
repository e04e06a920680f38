import { cancellationSignal } from '@temporalio/activity';
import type { Interaction } from '../../cxone';
import { RecordingFileError, type RecordingFiles, type Store } from '../../store';
import { type FetchDependencies, fetchFiles, toRows } from './download-files';
import { createOutcomes } from './outcomes';
import { settleWindow } from './recording-choice';
import { nextLook } from './retry-schedule';
import type { Tenant, TenantDirectory } from '../tenants';
import { activityKey } from '../attempts';
import type { DownloadInput, DownloadResult, DueRecordingsInput } from '../types';

export interface RecordingDependencies extends FetchDependencies {
  readonly store: Store;
  readonly files: RecordingFiles | null;
  readonly tenants: TenantDirectory;
  readonly now: () => number;
}

/** A claim that is not prolonged for this long belongs to a worker that died. */
const claimSeconds = 300;
const prolongEveryMs = 60_000;

/** Call recordings: which are due, and playback query plus download of one call within one attempt. */
export function createRecordingActivities(dependencies: RecordingDependencies) {
  const { store, tenants, now } = dependencies;
  const outcomes = createOutcomes({ store, now });
  return {
    /** Master contact ids of the window's calls that are to be asked about now, the likeliest first. */
    async dueRecordings({
      tenant,
      windowId,
      attempt,
      after,
      limit,
    }: DueRecordingsInput): Promise<readonly string[]> {
      await settleWindow(store, tenants(tenant), windowId, after);
      const { recordedCalls } = tenants(tenant).tuning;
      return store.recordings.due(
        { windowId, attempt },
        { after, limit, now: new Date(now()), calls: recordedCalls },
      );
    },

    /**
     * Finds a call's interactions and stores each one's file and what the answer says of it. All in one attempt,
     * because the link is short-lived and a secret (contract §4.4). What is stored already is not downloaded again.
     *
     * A call that another run has in hand, or has done, costs no playback query. A 404 leaves the call `pending` with a
     * next query, or `absent` once it is old (contract §4.5), and at once if it probably has nothing. A full disk fails
     * before the query is spent.
     */
    async downloadRecording(input: DownloadInput): Promise<DownloadResult> {
      const tenant = tenants(input.tenant);
      const { masterContactId } = input;
      const files = dependencies.files ?? noRecordingStore();
      await files.check();
      await dependencies.guardSpace(0);
      const claim = (): Promise<boolean> =>
        store.recordings.claim(tenant.name, masterContactId, {
          holder: activityKey(),
          seconds: claimSeconds,
          now: new Date(now()),
        });
      if (!(await claim())) return outcomes.doneElsewhere(tenant, masterContactId);
      try {
        return await fetchCall(tenant, files, input, claim);
      } catch (error) {
        const ended = await outcomes.endInRow(tenant, masterContactId, error);
        if (ended) return ended;
        // The next run may claim it: this one after a pause, or another one before.
        await store.recordings
          .release(tenant.name, masterContactId, activityKey())
          // The claim ends by itself; the failure to report is what went wrong before.
          .catch(() => undefined);
        throw error;
      }
    },
  };

  async function fetchCall(
    tenant: Tenant,
    files: RecordingFiles,
    { masterContactId }: DownloadInput,
    claim: () => Promise<boolean>,
  ): Promise<DownloadResult> {
    const { name, cxone, tuning } = tenant;
    const onProgress = seldom(() => void claim().catch(() => undefined));
    const find = async (): Promise<readonly Interaction[]> =>
      (await cxone.interactions(masterContactId, cancellationSignal())) ?? [];
    const recorded = await store.recordings.call(name, masterContactId);
    const found = await find();
    const hasFile = found.some(({ url }) => url !== null);
    await store.recordings.queried(name, recorded.isLogged, hasFile || writtenOnly(found));
    // An interaction without a link has no recording (contract §4.2); a call without any may be too young.
    if (hasFile) {
      const call = { tenant, files, masterContactId, find, onProgress };
      const fetched = await fetchFiles(dependencies, call, found);
      const isOpen = await store.recordings.settled(name, masterContactId, toRows(found));
      // A file that the answer does not name any more would be due with every sweep.
      if (isOpen) await outcomes.notFound(tenant, masterContactId, nextLook(recorded, tuning, now()));
      return { status: 'stored', ...fetched };
    }
    const next = writtenOnly(found) || recorded.isUnlikely ? null : nextLook(recorded, tuning, now());
    const status = await outcomes.notFound(tenant, masterContactId, next, found);
    return { status, files: 0, bytes: 0 };
  }

  /** Calls `work` now and then, however often it is asked to. */
  function seldom(work: () => void): () => void {
    let last = now();
    return () => {
      if (now() - last < prolongEveryMs) return;
      last = now();
      work();
    };
  }
}

/** Chats and e-mails alone have no file that could still come: what they hold is in the answer. */
function writtenOnly(interactions: readonly Interaction[]): boolean {
  return (
    interactions.length > 0 &&
    interactions.every(({ mediaType }) => mediaType !== null && ['chat', 'email'].includes(mediaType))
  );
}

/** A run may ask for recordings although no tenant of the workers' has them: said at once, before any playback query. */
function noRecordingStore(): never {
  const remedy = 'Set "recordings": true for the tenant and RECORDINGS_URL, and restart the workers.';
  throw new RecordingFileError('RecordingStorageRefused', 'The workers have no recordings folder.', remedy);
}
