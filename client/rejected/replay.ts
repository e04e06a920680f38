import type { RecordingChoice, RecordKind, RejectedTable } from '../../store';
import { reread } from './reread';

/** What a replay did, over all its transactions. */
export interface Replayed {
  /** Records that could be read now: they have left `rejected_record`. */
  readonly replayed: number;
  readonly inserted: number;
  readonly updated: number;
  /** Records that still cannot be stored. */
  readonly stayed: number;
}

export interface ReplayParts extends RecordingChoice {
  readonly rejected: Pick<RejectedTable, 'read' | 'replay'>;
  readonly tenant: string;
  readonly kinds: readonly RecordKind[];
  /** How the hash of the record wanted begins; all records if not given. */
  readonly hash?: string | undefined;
  /** Whether recordings of the calls are to be noted for fetching. */
  readonly recordings: boolean;
  readonly onProgress: (done: Replayed) => void;
}

/** Reads rejected records again and stores what can be stored by now, batch by batch, each in its transaction. */
export async function replayRejected(parts: ReplayParts): Promise<Replayed> {
  const { rejected, tenant, hash, recordings, recordedCalls, recordedMediaTypeIds } = parts;
  const sum = { replayed: 0, inserted: 0, updated: 0, stayed: 0 };
  for (const kind of parts.kinds) {
    // In the order of hashes: records that stay are read once, and new ones that come during the replay do no harm.
    let after: string | null = null;
    for (;;) {
      const batch: Awaited<ReturnType<RejectedTable['read']>> = await rejected.read(
        { tenant, kind, hash },
        after,
      );
      if (batch.length === 0) break;
      const outcome = await rejected.replay(
        tenant,
        kind,
        batch.map((one) => reread(kind, one)),
        { recordings, recordedCalls, recordedMediaTypeIds },
      );
      for (const name of ['replayed', 'inserted', 'updated', 'stayed'] as const) sum[name] += outcome[name];
      parts.onProgress({ ...sum });
      after = batch.at(-1)?.hash ?? null;
    }
  }
  return sum;
}
