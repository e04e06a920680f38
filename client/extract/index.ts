import type { Client } from '@temporalio/client';
import { type Command, Option } from 'commander';
import { datasets, type ExtractInput, planExtraction } from '../../workflows/extract/extract-input';
import type { ExtractReport } from '../../workflows/extract/extract-messages';
import { parseInput } from '../command/parse-input';
import { CommandError, exitStatus } from '../command/exit-status';
import { addCommonFlags, type CommonFlags } from '../command/flags';
import { mapErrors } from '../command/map-errors';
import { createOutput, type Output } from '../command/output';
import { preflightTenant } from '../command/preflight';
import { runToEnd } from '../command/follow-run';
import { extractLine, extractLines } from './extract-report';
import { type ExtractHandle, followExtraction, startExtraction } from './run-extract';

interface ExtractFlags extends CommonFlags {
  readonly tenant: string;
  readonly dataset: ExtractInput['dataset'];
  readonly from: string;
  readonly to: string;
  readonly force?: boolean;
  readonly detach?: boolean;
}

/** `cxone-sync extract`: days of a dataset of Data Extraction, loaded, followed and reported. */
export function addExtractCommand(program: Command): void {
  addCommonFlags(
    program
      .command('extract')
      .description('Load interaction metadata or evaluations, day by day, by CXone Data Extraction')
      .requiredOption('--tenant <id>', 'tenant of the tenants file')
      .addOption(new Option('--dataset <name>', 'what to load').choices([...datasets]).makeOptionMandatory())
      .requiredOption('--from <day>', 'first day in UTC, e.g. 2026-11-01')
      .requiredOption('--to <day>', 'the day after the last one')
      .option('--force', 'read again also days that are complete')
      .option('--detach', 'start the run, print its id and Web UI address, and return'),
  )
    .addHelpText(
      'after',
      `
interaction-metadata  a row for each segment of a call: who, when, numbers, whether it was recorded; table
                      cxone.interaction_metadata. Needs in CXone: Search & Playback > APIs permissions > Extract
                      interaction metadata = On
evaluations           a row for each evaluation submitted on the day, with scores and comments; table cxone.evaluation.
                      Needs: QM Tools > Data Extraction APIs > QM Workflow API

CXone makes one file for each day, one at a time for a tenant and half a minute apart, so a month takes a quarter of an
hour at least. Rows of a day come up to half an hour late: a day is complete when its file was asked for after that;
today is loaded as far as it is, and ends with status 4. To be kept up to date, set "extract" in the tenants file and run
\`cxone-sync schedule apply\`.

The run is a durable Temporal workflow: Ctrl-C leaves it running, and the same command joins it again. Days that are
complete are skipped unless --force; a day that fails or is parked stops no other. When an operator has to act, as for a
missing permission, the day waits (parked) until \`cxone-sync resume\`, \`skip\` or \`abort\`.
Exit status: 0 every day complete · 1 failed or cancelled · 2 bad input or settings · 3 Temporal or PostgreSQL refused or
cannot be reached, or no worker is listening · 4 days failed, are parked or unfinished · 130 interrupted (the run goes on)

Examples:
  npx cxone-sync extract --tenant acme --dataset interaction-metadata --from 2026-11-01 --to 2026-12-01
  npx cxone-sync extract --tenant acme --dataset evaluations --from 2026-11-20 --to 2026-11-21 --force`,
    )
    .action(async (flags: ExtractFlags) => mapErrors(() => runExtract(flags, createOutput(flags))));
}

async function runExtract(flags: ExtractFlags, output: Output): Promise<void> {
  const { tenant, dataset, from, to, force } = flags;
  const input: ExtractInput = { tenant, dataset, from, to, ...(force ? { force } : {}) };
  const plan = parseInput(() => planExtraction(input, new Date()));
  const run = {
    start: (client: Client) => startExtraction(client, input, plan),
    title: (id: string) => `${id}: ${plan.days} day${plan.days === 1 ? '' : 's'}`,
    continues: true,
    follow: (client: Client, handle: ExtractHandle) =>
      followExtraction(client, handle, (progress) => output.progress(extractLine(progress))),
    lines: extractLines,
    incomplete,
  };
  await runToEnd(await preflightTenant(tenant), run, flags, output);
}

function incomplete({ days, complete, skipped }: ExtractReport): CommandError {
  const message =
    `${days - complete - skipped} of ${days} days are not complete. When the causes are fixed, or the days over, run ` +
    'the same command again: what is complete is skipped.';
  return new CommandError(exitStatus.incomplete, message, 'ExtractionIncomplete', true);
}
