import type { Command } from 'commander';
import { loadSettings } from '../../config';
import { createCxoneClient, filterCombinations } from '../../cxone';
import { openRecordingFiles, openStore } from '../../store';
import { parseSyncWindowInput, type SyncWindow } from '../../workflows/inputs';
import { CommandError, exitStatus } from '../command/exit-status';
import { addCommonFlags, type CommonFlags } from '../command/flags';
import { mapErrors } from '../command/map-errors';
import { interruptible } from '../command/interruptible';
import { createOutput, type Output } from '../command/output';
import { parseInput } from '../command/parse-input';
import { preflight, requireDatabase, tenantOf } from '../command/preflight';
import { readsOnly, recordingStorage } from '../command/recording-storage';
import type { TemporalClient } from '../command/temporal';
import { createRepair } from './repair';
import { tableHead, tableRow, totalsOf } from './report';
import { createSource } from './source';
import { type DayResult, verifyDays } from './verify-days';

interface VerifyFlags extends CommonFlags {
  readonly tenant: string;
  readonly from: string;
  readonly to: string;
  readonly ids?: boolean;
  readonly recordings?: boolean;
  readonly fix?: boolean;
}

/** `cxone-sync verify`: what is stored, compared day by day with what CXone holds. */
export function addVerifyCommand(program: Command): void {
  addCommonFlags(
    program
      .command('verify')
      .description('Compare stored contacts and recordings with CXone, day by day; nothing is changed')
      .requiredOption('--tenant <id>', 'tenant of the tenants file')
      .requiredOption('--from <date>', 'first moment, ISO 8601 with zone, e.g. 2026-11-01T00:00:00Z')
      .requiredOption('--to <date>', 'end, exclusive')
      .option('--ids', 'compare ids and change stamps on every day, not only where counts differ')
      .option('--recordings', 'also read every stored recording again: length and SHA-256')
      .option('--fix', 'sync the days again that differ, and compare once more; needs workers'),
  )
    .addHelpText(
      'after',
      `
Days are UTC days, cut at --from and --to. Counts cost one request a day; equal counts do not show a contact that
changed, nor one missing beside one too many: --ids does. Nothing is ever deleted.
Exit status: 0 all equal, or repaired · 2 bad input or settings · 3 CXone, Temporal, PostgreSQL or the recordings
storage refused or cannot be reached · 4 something is missing or different · 130 interrupted

Example:
  npx cxone-sync verify --tenant acme --from 2026-11-01T00:00:00Z --to 2026-12-01T00:00:00Z --ids`,
    )
    .action(async (flags: VerifyFlags) => mapErrors(() => runVerify(flags, createOutput(flags))));
}

async function runVerify(flags: VerifyFlags, output: Output): Promise<void> {
  const { tenant, from, to } = flags;
  const range = parseInput(() => parseSyncWindowInput({ tenant, from, to }));
  const closers: (() => unknown)[] = [];
  try {
    const goesOn = 'Interrupted. A repair that was started goes on.';
    await interruptible(output, () => compare(flags, range, output, closers), goesOn);
  } finally {
    for (const close of closers.toReversed()) await close();
  }
}

async function compare(
  flags: VerifyFlags,
  range: SyncWindow,
  output: Output,
  closers: (() => unknown)[],
): Promise<void> {
  const { tenants, database } = loadSettings(process.env, ['tenants', 'database']);
  const tenant = tenantOf(range.tenant, tenants.file);
  const storage = flags.recordings ? recordingStorage([tenant]) : null;
  let temporal: TemporalClient | null = null;
  if (flags.fix) {
    const window = flags.recordings ? { ...range, recordings: true } : range;
    ({ temporal } = await preflight(window));
    closers.push(() => temporal?.close());
  } else {
    await requireDatabase(database.url);
  }
  const store = openStore({
    url: database.url,
    maxConnections: 2,
    applicationName: 'cxone-sync verify',
  });
  closers.push(() => store.close());
  const files = storage && openRecordingFiles(storage, store.storage, readsOnly);
  await files?.check();
  const cxone = createCxoneClient(tenant);
  closers.push(() => cxone.close());

  const { skillIds, campaignIds, mediaTypeIds } = tenant;
  const filter = { skillIds, campaignIds, mediaTypeIds };
  const days: DayResult[] = [];
  output.result(tableHead(files !== null));
  const verified = verifyDays({
    tenant: range.tenant,
    from: range.from,
    to: range.to,
    filter,
    byIds: flags.ids ?? false,
    source: createSource(cxone, filterCombinations(filter), tenant.pageSize),
    holdings: store.holdings,
    recordings: store.recordings,
    files,
    repair: temporal && createRepair(temporal, range.tenant, output),
    onProgress: (line) => output.progress(line),
  });
  for await (const day of verified) {
    days.push(day);
    output.result(tableRow(day));
  }
  conclude(range, days, flags, output);
}

function conclude(range: SyncWindow, days: readonly DayResult[], flags: VerifyFlags, output: Output): void {
  const totals = totalsOf(days);
  const ok = totals.different === 0;
  output.document({
    ok,
    tenant: range.tenant,
    from: range.from.toISOString(),
    to: range.to.toISOString(),
    totals,
    days,
  });
  if (ok) {
    output.note(
      totals.repaired > 0
        ? `Repaired ${totals.repaired} of ${totals.days} days; all are equal now.`
        : 'All days are equal.',
    );
    return;
  }
  const advice = flags.fix
    ? 'A day that stays so: docs/runbook.md, "Different".'
    : 'Repair with the same command and --fix.';
  throw new CommandError(
    exitStatus.incomplete,
    `${totals.different} of ${totals.days} days differ. ${advice}`,
    'Different',
    true,
  );
}
