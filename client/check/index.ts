import { accessSync, constants, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Command } from 'commander';
import { loadSettings } from '../../config';
import { CommandError, exitStatus } from '../command/exit-status';
import { addCommonFlags, type CommonFlags } from '../command/flags';
import { mapErrors } from '../command/map-errors';
import { createOutput } from '../command/output';
import { probeRecordings, requireDatabase, tenantOf } from '../command/preflight';
import { recordingStorage } from '../command/recording-storage';
import { isFailure } from './check';
import { earlierQueries } from './earlier-queries';
import { reportPage } from './report';
import { checkTenant } from './run-all';
import { reportText } from './table';

interface CheckFlags extends CommonFlags {
  readonly tenant: string;
  /** File for the page that is sent to the customer. */
  readonly report?: string;
}

/** `cxone-sync check`: checks what the customer has set up, and names what is missing and where to change it. */
export function addCheckCommand(program: Command): void {
  addCommonFlags(
    program
      .command('check')
      .description(
        'Check everything a customer sets up in CXone, and say what is missing and where to change it',
      )
      .requiredOption('--tenant <id>', 'tenant of the tenants file')
      .option('--report <file>', 'also write one HTML page for the customer: what to change, and where'),
  )
    .addHelpText(
      'after',
      `
Needs the tenants file and CXone, nothing else: no database, no Temporal, no worker. It makes some dozen small requests,
at most two of them for a token, stores nothing and creates nothing. Where RECORDINGS_URL and DATABASE_URL are set, the
recordings storage is checked as well: a file is written and removed. Where DATABASE_URL is set, what playback queries
found so far is shown as well.

  ✓ in order   ✗ refused or missing: the arrow says what to change, and where   ? cannot be determined now, and why
  – refused or missing, but nothing in the tenants file asks for it

Start with the first ✗: those below it may come from the same cause. With --json:
  { ok, checks: [{ name, need: "required"|"wanted"|"optional", status: "ok"|"failed"|"unknown", code?, message, remedy? }] }
What is needed follows from the tenants file; what is optional never fails the whole. The page of --report holds no
secret, needs no network and can be sent as it is.
Exit status: 0 nothing failed that is needed (there may be a ? or a –) · 2 bad input or settings · 3 CXone refused something or cannot be reached

Examples:
  npx cxone-sync check --tenant acme
  npx cxone-sync check --tenant acme --report acme.html`,
    )
    .action(async (flags: CheckFlags) => mapErrors(() => runCheck(flags)));
}

/** Undefined where this machine has no settings of a storage, as a laptop has none that only checks the customer's CXone. */
function storageProbe(): (() => Promise<void>) | undefined {
  if (!process.env['RECORDINGS_URL'] && !process.env['RECORDINGS_URL_FILE']) return undefined;
  return async () => {
    const storage = recordingStorage([]);
    const { database } = loadSettings(process.env, ['database']);
    await requireDatabase(database.url);
    await probeRecordings(database.url, storage);
  };
}

async function runCheck(flags: CheckFlags): Promise<void> {
  const output = createOutput(flags);
  const { tenants } = loadSettings(process.env, ['tenants']);
  const tenant = tenantOf(flags.tenant, tenants.file);
  if (flags.report !== undefined) mustBeWritable(flags.report);
  const playback = await earlierQueries(tenant, process.env);
  const report = await checkTenant(tenant, {
    playback,
    onStart: (name) => output.progress(`trying ${name}`),
    probeStorage: storageProbe(),
  });
  if (flags.report !== undefined) {
    writeFileSync(flags.report, reportPage(report, { tenant: flags.tenant, at: Date.now() }));
    output.note(`The page for the customer: ${flags.report}`);
  }
  output.document(playback === undefined ? report : { ...report, playback });
  for (const line of reportText(report)) output.result(line);
  if (report.ok) return;
  const failures = report.checks.filter(isFailure).length;
  throw new CommandError(
    exitStatus.unavailable,
    `${failures} of ${report.checks.length} checks failed.`,
    'CheckFailed',
    true,
  );
}

/** Before anything is asked of CXone. @throws CommandError naming the file and why it cannot be written */
function mustBeWritable(file: string): void {
  try {
    const there = statSync(file, { throwIfNoEntry: false });
    if (there?.isDirectory() === true) throw new Error('it is a folder');
    accessSync(there === undefined ? dirname(file) : file, constants.W_OK);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CommandError(
      exitStatus.badInput,
      `--report ${file} cannot be written (${reason}): name a file in a folder that exists.`,
    );
  }
}
