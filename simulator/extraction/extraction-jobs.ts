import { dayMs, minuteMs } from '../data/calendar';
import { uuidOf } from '../auth/credentials';

/** What can be extracted, and in which versions (contract §10). */
const entityColumns: Readonly<Record<string, readonly string[]>> = {
  'recording-interaction-metadata': ['7', '10'],
  'qm-workflows': ['4', '3', '1'],
};

export interface ExtractionJob {
  readonly id: string;
  readonly entity: string;
  readonly version: string;
  /** Epoch ms; the end exclusive. */
  readonly from: number;
  readonly to: number;
  /** When it was created: what it extracts is as of then. */
  readonly at: number;
  polls: number;
}

/** The jobs of a tenant. */
export interface ExtractionJobs {
  readonly all: readonly ExtractionJob[];
  find(id: string): ExtractionJob | undefined;
  /** Why no job may be created now, in CXone's words; `undefined` when one may. */
  objection(now: number): string | undefined;
  create(request: Omit<ExtractionJob, 'id' | 'polls'>): ExtractionJob;
  /** Runs until it was polled a number of times, or for a minute; is forgotten after a day. */
  statusOf(job: ExtractionJob, now: number, polls?: number): string;
}

/** A job ends after this time even when no client polls it, so that others can start theirs. */
const longestRun = minuteMs;

/**
 * Creates the registry.
 * @param secondsApart the least between two jobs, which must not run at the same time either; 0: both as you like
 */
export function createExtractionJobs(seed: number, secondsApart: number): ExtractionJobs {
  const jobs = new Map<string, ExtractionJob>();

  const statusOf = (job: ExtractionJob, now: number, polls = 1): string => {
    if (now >= job.at + dayMs) return 'EXPIRED';
    if (job.polls < polls && now < job.at + longestRun) return 'RUNNING';
    return entityColumns[job.entity]?.includes(job.version) === true ? 'SUCCEEDED' : 'FAILED';
  };

  const objection = (now: number): string | undefined => {
    if (secondsApart === 0) return undefined;
    const last = [...jobs.values()].at(-1);
    if (last === undefined) return undefined;
    if (now < last.at + secondsApart * 1000)
      return `Only one request is allowed every ${secondsApart} seconds`;
    return statusOf(last, now) === 'RUNNING' ? 'Another job is still running, one job at a time' : undefined;
  };

  return {
    get all() {
      return [...jobs.values()];
    },
    find: (id) => jobs.get(id),
    objection,
    create(request) {
      const job = { ...request, id: uuidOf(seed, `job ${jobs.size}`), polls: 0 };
      jobs.set(job.id, job);
      return job;
    },
    statusOf,
  };
}
