import type { Holdings, RecordingFiles } from '../../store';
import { parseSyncWindowInput } from '../../workflows/inputs';
import { CommandError, exitStatus } from '../command/exit-status';
import { count, type Output, size } from '../command/output';
import { parseInput } from '../command/parse-input';
import { checkFiles, fileProblems } from '../verify/check-files';
import { utcDays } from '../verify/utc-days';

/** As typed. */
export interface RangeToVerify {
  readonly tenant: string;
  readonly from: string;
  readonly to: string;
}

const everyContact = { skillIds: [], campaignIds: [], mediaTypeIds: [] };

/**
 * Reads every stored recording of a range again, day by day, and lists those that are gone or changed.
 *
 * @throws {CommandError} status 2 for a range that is none, 3 when the storage cannot be read, 4 when some are gone or
 * changed.
 */
export async function verifyRecordings(
  holdings: Pick<Holdings, 'files'>,
  files: RecordingFiles,
  typed: RangeToVerify,
  output: Output,
): Promise<void> {
  const { tenant } = typed;
  const { from, to } = parseInput(() => parseSyncWindowInput({ tenant, from: typed.from, to: typed.to }));
  const totals = { checked: 0, bytes: 0, missing: 0, changed: 0 };
  const problems: { readonly masterContactId: string; readonly segmentId: string; readonly code: string }[] =
    [];
  for (const day of utcDays(from, to)) {
    const found = await checkFiles({
      holdings: holdings as Holdings,
      files,
      span: { tenant, from: day.from, to: day.to, filter: everyContact },
      since: from,
      async onProblem({ masterContactId, segmentId }, problem) {
        const { code } = fileProblems[problem];
        problems.push({ masterContactId, segmentId, code });
        output.result(`${day.day}  ${masterContactId}  ${segmentId}  ${code}`);
      },
      onProgress: (checked) => output.progress(`${day.day}  ${count(checked)} recordings read`),
    });
    totals.checked += found.checked;
    totals.bytes += found.bytes;
    totals.missing += found.missing;
    totals.changed += found.changed;
  }
  const ok = problems.length === 0;
  output.document({ ok, tenant, from: from.toISOString(), to: to.toISOString(), totals, problems });
  output.result(
    `${count(totals.checked)} recordings, ${size(totals.bytes)}: ${count(totals.missing)} gone, ${count(totals.changed)} changed`,
  );
  if (ok) return;
  throw new CommandError(
    exitStatus.incomplete,
    `${count(problems.length)} recordings are gone or changed: verify --recordings --fix has them fetched again.`,
    'Different',
    true,
  );
}
