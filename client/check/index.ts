import type { Command } from 'commander';
import { loadSettings } from '../../config';
import { CommandError, exitStatus } from '../exit-status';
import { addCommonFlags, type CommonFlags } from '../flags';
import { foreseen } from '../foreseen';
import { createOutput } from '../output';
import { tenantOf } from '../preflight';
import { checkTenant } from './setup';
import { reportText } from './table';

interface CheckFlags extends CommonFlags {
  readonly tenant: string;
}

/** `cxone-sync check`: tries what the customer has set up, and names what is missing and where to change it. */
export function addCheckCommand(program: Command): void {
  addCommonFlags(
    program
      .command('check')
      .description(
        'Try everything a customer sets up in CXone, and say what is missing and where to change it',
      )
      .requiredOption('--tenant <id>', 'tenant of the tenants file'),
  )
    .addHelpText(
      'after',
      `
Needs the tenants file and CXone, nothing else: no database, no Temporal, no worker. It makes some dozen small requests,
at most two of them for a token, stores nothing and creates nothing.

  ✓ in order   ✗ refused or missing: the arrow says what to change, and where   ? cannot be told now, and why

Start with the first ✗: those below it may come from the same cause. With --json:
  { ok, checks: [{ name, status: "ok"|"failed"|"unknown", code?, message, remedy? }] }
Exit status: 0 nothing failed (there may be a ?) · 2 bad input or settings · 3 CXone refused something or cannot be reached

Example:
  npx cxone-sync check --tenant acme`,
    )
    .action(async (flags: CheckFlags) => foreseen(() => runCheck(flags)));
}

async function runCheck(flags: CheckFlags): Promise<void> {
  const output = createOutput(flags);
  const { tenants } = loadSettings(process.env, ['tenants']);
  const tenant = tenantOf(flags.tenant, tenants.file);
  const report = await checkTenant(tenant, { onStart: (name) => output.progress(`trying ${name}`) });
  output.document(report);
  for (const line of reportText(report)) output.result(line);
  if (report.ok) return;
  const failures = report.checks.filter(({ status }) => status === 'failed').length;
  throw new CommandError(
    exitStatus.unavailable,
    `${failures} of ${report.checks.length} checks failed.`,
    'CheckFailed',
    true,
  );
}
