import type {
  HeldFile,
  Holdings,
  HoldingsSpan,
  RecordingFiles,
  RecordingTable,
  WindowFilter,
} from '../../store';
import { checkFiles, fileProblems, type FileFindings } from './check-files';
import { compareDay, type Comparison } from './compare-day';
import type { Repair, RepairDay } from './repair';
import type { Source } from './source';
import { type DaySpan, utcDays } from './utc-days';

/** What was found of one day, after its repair where it was repaired. */
export interface DayResult extends Comparison {
  readonly day: string;
  /** ISO 8601 with Z; the day, cut at the ends of the range. */
  readonly from: string;
  readonly to: string;
  /** Only when recordings are checked. `unrepaired`: found wrong, and not stored again by the repair. */
  readonly recordings?: FileFindings & { readonly unrepaired?: number };
  /** What was found before the repair. */
  readonly found?: Comparison & { readonly recordings?: FileFindings };
  readonly repair?: Repair;
}

export interface VerifyParts {
  readonly tenant: string;
  readonly from: Date;
  readonly to: Date;
  readonly filter: WindowFilter;
  readonly byIds: boolean;
  readonly source: Source;
  readonly holdings: Holdings;
  readonly recordings: Pick<RecordingTable, 'refetch' | 'known'>;
  /** Where stored recordings lie; null: they are not checked. */
  readonly files: RecordingFiles | null;
  /** Null: nothing is changed. */
  readonly repair: RepairDay | null;
  readonly onProgress: (line: string) => void;
}

/** Whether nothing of a day is missing or different. */
export function isWhole({ verdict, recordings }: Pick<DayResult, 'verdict' | 'recordings'>): boolean {
  const wrong =
    recordings === undefined ? 0 : recordings.missing + recordings.changed + (recordings.unrepaired ?? 0);
  return verdict === 'equal' && wrong === 0;
}

/** Compares a range day by day, and repairs each day that differs before it goes on to the next. */
export async function* verifyDays(parts: VerifyParts): AsyncGenerator<DayResult> {
  for (const span of utcDays(parts.from, parts.to)) yield verifyDay(parts, span);
}

async function verifyDay(parts: VerifyParts, span: DaySpan): Promise<DayResult> {
  const { source, holdings, repair } = parts;
  const held: HoldingsSpan = { tenant: parts.tenant, from: span.from, to: span.to, filter: parts.filter };
  const place = { day: span.day, from: span.from.toISOString(), to: span.to.toISOString() };
  parts.onProgress(`${span.day}  comparing contacts`);
  const comparison = await compareDay(source, holdings, held, parts.byIds);
  const lost: HeldFile[] = [];
  const files = await filesOf(parts, held, lost);
  const before = { ...comparison, ...(files === undefined ? {} : { recordings: files }) };
  if (repair === null || isWhole(before)) return { ...place, ...before };

  const done = await repair(span, lost.length > 0);
  parts.onProgress(`${span.day}  comparing again`);
  const after = await compareDay(source, holdings, held, true);
  const unrepaired = await stillLost(parts, lost);
  const again = await filesOf(parts, held, []);
  return {
    ...place,
    ...after,
    ...(again === undefined ? {} : { recordings: { ...again, unrepaired } }),
    found: before,
    repair: done,
  };
}

/** Checks a day's files; with a repair to come, sets those that are wrong back, so that the run fetches them again. */
async function filesOf(parts: VerifyParts, span: HoldingsSpan, lost: HeldFile[]) {
  const { files, holdings, recordings, repair } = parts;
  if (files === null) return undefined;
  const day = span.from.toISOString().slice(0, 10);
  return checkFiles({
    holdings,
    files,
    span,
    since: parts.from,
    async onProblem(file, problem) {
      if (repair === null) return;
      await recordings.refetch(span.tenant, file.masterContactId, file.segmentId, fileProblems[problem].code);
      lost.push(file);
    },
    onProgress: (checked) => parts.onProgress(`${day}  ${checked} recordings read again`),
  });
}

async function stillLost({ tenant, recordings }: VerifyParts, lost: readonly HeldFile[]): Promise<number> {
  let count = 0;
  for (const { masterContactId, segmentId } of lost) {
    const rows = await recordings.known(tenant, masterContactId);
    const stored = rows.some((row) => row.segmentId === segmentId && row.status === 'stored');
    if (!stored) count += 1;
  }
  return count;
}
