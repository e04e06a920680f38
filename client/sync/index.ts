import type { Client } from '@temporalio/client';
import type { Command } from 'commander';
import { isCode, type ReadCode } from '../../errors';
import { parseSyncWindowInput, type SyncWindowInput } from '../../workflows/inputs';
import { parseInput } from '../command/parse-input';
import { CommandError, exitStatus } from '../command/exit-status';
import { addCommonFlags, idList, type CommonFlags } from '../command/flags';
import { mapErrors } from '../command/map-errors';
import { createOutput, type Output } from '../command/output';
import { preflight } from '../command/preflight';
import { progressLine, reportLines } from './report';
import { followWindow, startWindow, type WindowHandle } from './window-run';
import { runToEnd } from '../command/follow-run';

interface SyncFlags extends CommonFlags {
  readonly tenant: string;
  readonly from: string;
  readonly to: string;
  readonly by: string;
  readonly skill?: number[];
  readonly campaign?: number[];
  readonly mediaType?: number[];
  readonly recordings: boolean;
  readonly detach?: boolean;
}

/** `cxone-sync sync`: one window, started, followed and reported. */
export function addSyncCommand(program: Command): void {
  addCommonFlags(
    program
      .command('sync')
      .description('Sync one window: contacts that started in [from, to), their agents and recordings')
      .requiredOption('--tenant <id>', 'tenant of the tenants file')
      .requiredOption(
        '--from <date>',
        'first moment of the window, ISO 8601 with zone, e.g. 2026-11-01T00:00:00Z',
      )
      .requiredOption('--to <date>', 'end of the window, exclusive')
      .option(
        '--by <mode>',
        'start: contacts that started in the window; update: that last changed in it',
        'start',
      )
      .option('--skill <ids>', 'only contacts of these skills, e.g. 12,34', idList)
      .option('--campaign <ids>', 'only contacts of these campaigns', idList)
      .option('--media-type <ids>', 'only contacts of these media types, e.g. 4 for phone calls', idList)
      .option('--no-recordings', 'leave recordings out of this run')
      .option('--detach', 'start the run, print its id and Web UI address, and return'),
  )
    .addHelpText(
      'after',
      `
The window is a durable Temporal workflow: Ctrl-C leaves it running, and the same command joins it again.
Exit status: 0 complete · 1 failed · 2 bad input or settings · 3 CXone, Temporal or PostgreSQL refused or cannot be
reached, or no worker is listening · 4 parked, or contacts are missing · 130 interrupted (the run goes on)

Example:
  npx cxone-sync sync --tenant acme --from 2026-11-01T00:00:00Z --to 2026-11-02T00:00:00Z`,
    )
    .action(async (flags: SyncFlags) => mapErrors(() => runSync(flags, createOutput(flags))));
}

async function runSync(flags: SyncFlags, output: Output): Promise<void> {
  const input = windowInput(flags);
  const window = parseInput(() => parseSyncWindowInput(input));
  const run = {
    start: (client: Client) => startWindow(client, input, window),
    continues: false,
    follow: (_client: Client, handle: WindowHandle) =>
      followWindow(handle, (progress) => output.progress(progressLine(progress))),
    lines: reportLines,
    incomplete: () =>
      new CommandError(exitStatus.incomplete, 'The window was closed with gaps.', 'WindowIncomplete', true),
    statusOf,
  };
  await runToEnd(await preflight(window), run, flags, output);
}

/** A window that was read and found to lack contacts has finished with something missing, which is no failure to run. */
function statusOf(code: ReadCode): typeof exitStatus.failed | typeof exitStatus.incomplete {
  return isCode(code, 'CountMismatch') ? exitStatus.incomplete : exitStatus.failed;
}

function windowInput(flags: SyncFlags): SyncWindowInput {
  return {
    tenant: flags.tenant,
    from: flags.from,
    to: flags.to,
    by: flags.by as 'start' | 'update',
    ...(flags.skill ? { skillIds: flags.skill } : {}),
    ...(flags.campaign ? { campaignIds: flags.campaign } : {}),
    ...(flags.mediaType ? { mediaTypeIds: flags.mediaType } : {}),
    ...(flags.recordings ? {} : { recordings: false }),
  };
}
