import type { Command } from 'commander';
import { loadSettings, type Tenant } from '../../config';
import { createCxoneClient, filterCombinations } from '../../cxone';
import { stamp } from '../../workflows/ids';
import { parseSyncWindowInput } from '../../workflows/inputs';
import { CommandError, exitStatus } from '../command/exit-status';
import { addCommonFlags, type CommonFlags } from '../command/flags';
import { mapErrors } from '../command/map-errors';
import { createOutput } from '../command/output';
import { parseInput } from '../command/parse-input';
import { tenantOf } from '../command/preflight';
import { estimate, type Plan } from './estimate';
import { type Range, readSpan } from './ranges';
import { survey } from './survey';
import { planText } from './table';

interface PlanFlags extends CommonFlags {
  readonly tenant: string;
  readonly from: string;
  readonly to: string;
  readonly window: string;
  readonly by: string;
}

/** `cxone-sync plan`: what a backfill is going to take, before it is started. */
export function addPlanCommand(program: Command): void {
  addCommonFlags(
    program
      .command('plan')
      .description('Estimate what loading [from, to) takes: windows, requests, hours, bytes')
      .requiredOption('--tenant <id>', 'tenant of the tenants file; its filters, page size and limits count')
      .requiredOption('--from <date>', 'first moment, ISO 8601 with zone, e.g. 2025-11-01T00:00:00Z')
      .requiredOption('--to <date>', 'end, exclusive')
      .option('--window <span>', 'length of one window: 1d, 12h, 90m', '1d')
      .option('--by <mode>', 'start: contacts by the time they started', 'start'),
  )
    .addHelpText(
      'after',
      `
Needs the tenants file and CXone, nothing else. Contacts are counted by CXone, some eight requests for each 30 days (and
for each combination of the tenant’s filters); calls, seconds and bytes are estimated from one page of 500 contacts. What is
assumed is printed. Hours follow from the tenant’s "limits": 150 playback queries in 5 minutes, unless NICE allows more;
with "recordedCalls" listed there are fewer than that.
Exit status: 0 estimated · 2 bad input or settings · 3 CXone refused or cannot be reached

Example: thirteen months, day by day
  npx cxone-sync plan --tenant acme --from 2025-10-01T00:00:00Z --to 2026-11-01T00:00:00Z`,
    )
    .action(async (flags: PlanFlags) => mapErrors(() => runPlan(flags)));
}

async function runPlan(flags: PlanFlags): Promise<void> {
  const output = createOutput(flags);
  const range = rangeOf(flags);
  const windowMs = readSpan(flags.window);
  if (windowMs === null) {
    throw badInput(`--window "${flags.window}" is not a span such as 1d, 12h or 90m.`);
  }
  const { tenants } = loadSettings(process.env, ['tenants']);
  const tenant = tenantOf(flags.tenant, tenants.file);
  const plan = await planTenant(tenant, range, windowMs);
  const { tenant: name, window, by } = flags;
  output.document({ tenant: name, from: stamp(range.from), to: stamp(range.to), by, window, ...plan });
  for (const line of planText(plan, window)) output.result(line);
}

/**
 * Asks CXone how much there is and estimates what reading it takes.
 * @param windowMs length of one window
 * @throws {CxoneError}
 * @throws {CommandError} status 3 when CXone does not count.
 */
export async function planTenant(tenant: Tenant, range: Range, windowMs: number): Promise<Plan> {
  const client = createCxoneClient(tenant);
  const { pageSize, recordings, limits } = tenant;
  try {
    const found = await survey(client, range, filterCombinations(tenant), tenant);
    return estimate(found, { range, windowMs, pageSize, recordings, media: limits.media });
  } finally {
    client.close();
  }
}

function rangeOf({ tenant, from, to, by }: PlanFlags): Range {
  const window = parseInput(() => parseSyncWindowInput({ tenant, from, to, by }));
  if (window.to.getTime() <= Date.now()) return window;
  throw badInput(`--to ${to} lies in the future. Choose a range that ends in the past.`);
}

function badInput(message: string): CommandError {
  return new CommandError(exitStatus.badInput, message, 'InvalidInput');
}
