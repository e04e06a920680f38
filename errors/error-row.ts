/** The parts of the API that can be refused or throttled on their own (contract §5, §6). */
export type ApiFamily =
  'discovery' | 'auth' | 'contacts' | 'agents' | 'lookups' | 'media' | 'extraction' | 'file';

/**
 * `retryable` may pass by itself; `operator` needs a person (credentials, permission, set-up); `permanent` will never
 * work as asked.
 */
export type ErrorKind = 'retryable' | 'operator' | 'permanent';

/** All that an error is about: what else is in order although it happened. */
export type ErrorScope =
  | 'recording' // one call's recording as CXone has it
  | 'file' // one stored recording
  | 'request' // one request, or the page it asks for
  | 'job' // one job of Data Extraction
  | 'window' // one run
  | 'tenant'
  | 'deployment';

/** One code: every column says how some part of the program behaves. */
export interface ErrorRow {
  readonly kind: ErrorKind;
  /** Of a recording, a file or a request: it ends in a row of its own. Of more: the step is repeated, or the run parks. */
  readonly scope: ErrorScope;
  /**
   * What a run that fails with it waits for. `step`: for a person or for time, then it goes on with the step that failed.
   * `window`: the same, and once the run has failed, it reads its window again, since every step did its work. `none`: it
   * fails at once, as the input is wrong or another run does the work. `ended`: a person has ended the run, and nothing
   * begins it again by itself.
   */
  readonly resume: 'step' | 'window' | 'none' | 'ended';
  /** What of the API it refuses: one part, or all of it with this token. */
  readonly refuses: 'token' | ApiFamily | null;
  /** The same records are asked for in smaller pages. */
  readonly smallerPageHelps: boolean;
  /** The host does not answer for a moment: a download that broke off goes on from where it was. */
  readonly hostAway: boolean;
  /** It is a wait for a quota, and no failed attempt: one that we count ourselves, or that CXone says is used up. */
  readonly quota: 'ours' | 'theirs' | null;
  /** What happened, where nothing more exact is known. Safe to show and to store. */
  readonly message: string;
  /** What to do about it, where nothing more exact is known; empty when the message says it. */
  readonly remedy: string;
}

/** The columns that matter to few codes, for the rows of the others. */
export const ordinary = { refuses: null, smallerPageHelps: false, hostAway: false, quota: null } as const;
