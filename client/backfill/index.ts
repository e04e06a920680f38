import type { Client } from '@temporalio/client';
import type { Command } from 'commander';
import { type BackfillInput, planBackfill } from '../../workflows/backfill/backfill-input';
import type { BackfillReport } from '../../workflows/backfill/backfill-progress';
import { addBackfillUpdates } from './updates';
import { backfillLine, backfillLines } from './report';
import { parseInput } from '../command/parse-input';
import { CommandError, exitStatus } from '../command/exit-status';
import { addCommonFlags, type CommonFlags, idList, wholeNumber } from '../command/flags';
import { mapErrors } from '../command/map-errors';
import { createOutput, type Output } from '../command/output';
import { preflight } from '../command/preflight';
import { type BackfillHandle, followBackfill, startBackfill } from './backfill-run';
import { runToEnd } from '../command/follow-run';

interface BackfillFlags extends CommonFlags {
  readonly tenant?: string;
  readonly from?: string;
  readonly to?: string;
  readonly window?: string;
  readonly concurrency?: number;
  readonly skill?: number[];
  readonly campaign?: number[];
  readonly mediaType?: number[];
  readonly recordings: boolean;
  readonly force?: boolean;
  readonly detach?: boolean;
}

/** `cxone-sync backfill`: a long range, window by window; started, followed, reported, and controlled while it runs. */
export function addBackfillCommand(program: Command): void {
  const command = addCommonFlags(
    program
      .command('backfill')
      .description('Load a long range, window by window, skipping what is complete')
      // Not required by commander, which would ask for them also with `backfill pause <id>`.
      .option('--tenant <id>', 'tenant of the tenants file (required)')
      .option('--from <date>', 'first moment, ISO 8601 with zone, e.g. 2025-11-01T00:00:00Z (required)')
      .option('--to <date>', 'end of the range, exclusive (required)')
      .option('--window <length>', 'length of a window: 1d, 6h, 30m (default 1d)')
      .option('--concurrency <n>', 'windows at a time, 1 to 32 (default 4)', wholeNumber(1, 32))
      .option('--skill <ids>', 'only contacts of these skills, e.g. 12,34', idList)
      .option('--campaign <ids>', 'only contacts of these campaigns', idList)
      .option('--media-type <ids>', 'only contacts of these media types, e.g. 4 for phone calls', idList)
      .option('--no-recordings', 'leave recordings out of this run')
      .option('--force', 'read again also windows that are complete')
      .option('--detach', 'start the run, print its id and Web UI address, and return'),
  )
    .addHelpText(
      'after',
      `
The backfill is a durable Temporal workflow: Ctrl-C leaves it running, and the same command joins it again.
A window that fails stops no other; started again, the backfill runs what is not complete.
Exit status: 0 every window complete · 1 failed or cancelled · 2 bad input or settings · 3 CXone, Temporal or PostgreSQL
refused or cannot be reached, or no worker is listening · 4 finished, but windows failed or are parked · 130 interrupted
(the run goes on)

Examples:
  npx cxone-sync backfill --tenant acme --from 2025-11-01T00:00:00Z --to 2026-11-01T00:00:00Z
  npx cxone-sync backfill pause backfill:acme:2025-11-01T00:00:00Z/2026-11-01T00:00:00Z`,
    )
    .action(async (flags: BackfillFlags) => mapErrors(() => runBackfill(flags, createOutput(flags))));
  addBackfillUpdates(command);
}

async function runBackfill(flags: BackfillFlags, output: Output): Promise<void> {
  const input = backfillInput(flags);
  const plan = parseInput(() => planBackfill(input, new Date()));
  const run = {
    start: (client: Client) => startBackfill(client, input, plan),
    title: (id: string) => `${id}: ${plan.windows} windows`,
    continues: true,
    follow: (client: Client, handle: BackfillHandle) =>
      followBackfill(client, handle, (progress) => output.progress(backfillLine(progress))),
    lines: backfillLines,
    incomplete,
  };
  await runToEnd(await preflight(plan), run, flags, output);
}

function incomplete(report: BackfillReport): CommandError {
  const left = report.windows - report.complete - report.skipped;
  const message =
    `${left} of ${report.windows} windows are not complete. When the causes are fixed, run the same command again: ` +
    'what is complete is skipped.';
  return new CommandError(exitStatus.incomplete, message, 'BackfillIncomplete', true);
}

function backfillInput(flags: BackfillFlags): BackfillInput {
  return {
    tenant: flags.tenant ?? required('--tenant <id>'),
    from: flags.from ?? required('--from <date>'),
    to: flags.to ?? required('--to <date>'),
    ...(flags.window === undefined ? {} : { window: flags.window }),
    ...(flags.concurrency === undefined ? {} : { concurrency: flags.concurrency }),
    ...(flags.skill ? { skillIds: flags.skill } : {}),
    ...(flags.campaign ? { campaignIds: flags.campaign } : {}),
    ...(flags.mediaType ? { mediaTypeIds: flags.mediaType } : {}),
    ...(flags.recordings ? {} : { recordings: false }),
    ...(flags.force ? { force: true } : {}),
  };
}

function required(option: string): never {
  throw new CommandError(exitStatus.badInput, `error: required option '${option}' not specified`, 'BadInput');
}
