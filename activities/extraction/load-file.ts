import { cancellationSignal, heartbeat } from '@temporalio/activity';
import {
  type CxoneClient,
  type ExtractionEntity,
  readEvaluation,
  readInteractionMetadata,
  type Reading,
} from '../../cxone';
import type { FileCounts, Store } from '../../store';
import { toBatch } from '../batch';
import type { ExtractionJobRef } from './types';

export interface LoadDependencies {
  readonly store: Store;
}

/** A file, and where its rows belong. */
export interface FileToLoad {
  readonly job: ExtractionJobRef;
  readonly cxone: CxoneClient;
  /** A secret that lives half a minute. */
  readonly url: string;
  readonly entity: ExtractionEntity;
  readonly leaseSeconds: number;
}

/** Rows stored in one transaction: some hundred milliseconds' work; fewer where they are large. */
const [rowsAtOnce, bytesAtOnce] = [2_000, 8 * 1024 * 1024];

const readers: Readonly<Record<ExtractionEntity, (record: unknown) => Reading>> = {
  'recording-interaction-metadata': readInteractionMetadata,
  'qm-workflows': readEvaluation,
};

/**
 * Reads the file of a job from its first row to its last and stores the rows, part by part, each in one transaction; memory
 * holds one part. Heartbeats carry the rows so far.
 *
 * @throws CxoneError `ExtractionLinkExpired`, `IncompleteAnswer` and whatever a network does; StoreError
 */
export async function loadFile({ store }: LoadDependencies, file: FileToLoad): Promise<FileCounts> {
  const { job, cxone, url, entity, leaseSeconds } = file;
  const read = readers[entity];
  const result = await cxone.extraction.openResult(url, cancellationSignal(), { entity });
  const counts = { records: 0, rejected: 0 };
  let part: Reading[] = [];
  let bytes = 0;
  const persist = async (): Promise<void> => {
    if (part.length === 0) return;
    const { rejected } = await store.extractions.persist(job, toBatch(part), leaseSeconds);
    counts.records += part.length;
    counts.rejected += rejected;
    part = [];
    bytes = result.bytes();
    heartbeat({ records: counts.records });
  };
  for await (const record of result.records) {
    part.push(read(record));
    if (part.length >= rowsAtOnce || result.bytes() - bytes >= bytesAtOnce) await persist();
  }
  await persist();
  return counts;
}
