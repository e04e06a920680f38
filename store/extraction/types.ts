import type { ReadCode } from '../../errors';
import type { Batch, Dataset, PageOutcome } from '../ingest/batch';
import type { Claimant } from '../windows/window-ledger';

/** A day of a dataset; `day` is `YYYY-MM-DD` in UTC. */
export interface ExtractionKey {
  readonly tenant: string;
  readonly dataset: Dataset;
  readonly day: string;
}

/** A job of a day, and the run it is for. */
export interface ExtractionJob extends ExtractionKey {
  readonly claimant: Claimant;
  readonly jobId: string;
}

/** `unfinished`: loaded before the day, or its late rows, were over; `incomplete`: given up by a person. */
export type ExtractionStatus = 'running' | 'complete' | 'unfinished' | 'incomplete' | 'failed';

/** One line of the ledger. Figures are null until the day is loaded. */
export interface ExtractionRow extends ExtractionKey {
  readonly status: ExtractionStatus;
  readonly attempt: number;
  readonly jobId: string | null;
  readonly records: number | null;
  readonly inserted: number | null;
  readonly updated: number | null;
  readonly unchanged: number | null;
  readonly rejected: number | null;
  readonly absent: number | null;
  readonly errorCode: string | null;
  readonly startedAt: Date;
  readonly closedAt: Date | null;
  readonly completeAt: Date | null;
}

/** What the file of a job held, counted by the run that read it. */
export interface FileCounts {
  readonly records: number;
  readonly rejected: number;
}

/**
 * The ledger of extracted days and the way their rows take into the tables. All methods throw `StoreError`; those of a
 * job throw `ExtractionNotHeld` when its run has lost the slot, or the day has a later job.
 */
export interface Extractions {
  /** Notes that a job was made for a day, asked for at `askedAt`. */
  begin(job: ExtractionJob, askedAt: Date): Promise<void>;
  /** The line of a day; null when it was never extracted. */
  find(key: ExtractionKey): Promise<ExtractionRow | null>;
  /** Forgets what an earlier attempt has read of the job's file. What it stored stays, and stays counted. */
  startOver(job: ExtractionJob): Promise<void>;
  /** Stores a part of the job's file in one transaction, which also prolongs the hold on the slot. */
  persist(job: ExtractionJob, batch: Batch, leaseSeconds: number): Promise<PageOutcome>;
  /**
   * Closes the day once its file is read to the end, marks what the day's file no longer holds as absent, and lets the
   * slot go. The day is complete when its job was asked for `latenessMinutes` after its end.
   */
  finish(job: ExtractionJob, counts: FileCounts, latenessMinutes: number): Promise<ExtractionRow>;
  /** Closes a day that was not loaded. */
  close(
    key: ExtractionKey,
    claimant: Claimant,
    status: 'incomplete' | 'failed',
    errorCode: ReadCode,
  ): Promise<void>;
  /** The days in [from, to) that were once loaded whole. */
  completeDays(tenant: string, dataset: Dataset, from: string, to: string): Promise<readonly string[]>;
}
