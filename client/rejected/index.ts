import { type Command, InvalidArgumentError, Option } from 'commander';
import { loadSettings } from '../../config';
import { type RecordKind, recordKinds, type RejectedSummary } from '../../store';
import { CommandError, exitStatus } from '../command/exit-status';
import { addCommonFlags, type CommonFlags, wholeNumber } from '../command/flags';
import { mapErrors } from '../command/map-errors';
import { count, createOutput, type Output } from '../command/output';
import { tenantOf, withStore } from '../command/preflight';
import { replayRejected } from './replay';

interface ListFlags extends CommonFlags {
  readonly tenant?: string;
  readonly kind?: RecordKind;
  readonly reason?: string;
  readonly limit: number;
}

interface ShowFlags extends CommonFlags {
  readonly tenant: string;
  readonly raw?: boolean;
}

interface ReplayFlags extends CommonFlags {
  readonly tenant: string;
  readonly kind?: RecordKind;
  readonly hash?: string;
}

/** `cxone-sync rejected`: records that could not be stored when they came. Asks the database only. */
export function addRejectedCommand(program: Command): void {
  const rejected = program
    .command('rejected')
    .description(
      'Records that could not be stored: list them, show one, store those that can be read by now',
    );
  const kind = () => new Option('--kind <kind>', 'only records of this kind').choices([...recordKinds]);

  addCommonFlags(
    rejected
      .command('list')
      .description('List rejected records, without what they say: no personal data')
      .option('--tenant <id>', 'only of this tenant')
      .addOption(kind())
      .option('--reason <text>', 'only with this in their reason')
      .option('--limit <n>', 'at most this number', wholeNumber(1, 100_000), 100),
  ).action(async (flags: ListFlags) => mapErrors(() => list(flags, createOutput(flags))));

  addCommonFlags(
    rejected
      .command('show')
      .description('Show one rejected record')
      .argument('<hash>', 'how its hash begins, as list shows it', hashStart)
      .requiredOption('--tenant <id>', 'its tenant')
      .option('--raw', 'with the record itself on stdout: PERSONAL DATA'),
  ).action(async (hash: string, flags: ShowFlags) => mapErrors(() => show(hash, flags, createOutput(flags))));

  addCommonFlags(
    rejected
      .command('replay')
      .description('Read rejected records again; those that can be stored by now move to their table')
      .requiredOption('--tenant <id>', 'tenant of the tenants file')
      .addOption(kind())
      .option('--hash <hash>', 'only the record whose hash begins so', hashStart),
  )
    .addHelpText(
      'after',
      `
Neither CXone nor Temporal is asked. A record never replaces a newer one.
Exit status: 0 all replayed, or nothing to do · 2 bad input or settings · 3 PostgreSQL cannot be reached · 4 some
records still cannot be stored`,
    )
    .action(async (flags: ReplayFlags) => mapErrors(() => replay(flags, createOutput(flags))));

  for (const command of rejected.commands) command.copyInheritedSettings(program);
}

/** A replay that left records behind (docs/runbook.md). */
const stillRejected = { code: 'StillRejected' } as const;
/** Digits of a hash that are shown, enough to name a record. */
const shown = 12;

async function list({ tenant, kind, reason, limit }: ListFlags, output: Output): Promise<void> {
  const { total, records } = await withStore('rejected', (store) =>
    store.rejected.list({ tenant, kind, reason }, limit),
  );
  output.document({ total, records });
  for (const record of records) output.result(line(record));
  output.note(
    records.length < total
      ? `${count(records.length)} of ${count(total)} records; see more with --limit.`
      : `${count(total)} records.`,
  );
}

function line(record: RejectedSummary): string {
  const { tenant, kind, hash, reason, field, seen, firstSeen, lastSeen } = record;
  const cells = [tenant, kind, hash.slice(0, shown), reason, field ?? '-', `seen ${count(seen)}`];
  return [...cells, firstSeen.toISOString(), lastSeen.toISOString()].join('  ');
}

async function show(hash: string, { tenant, raw: withRaw }: ShowFlags, output: Output): Promise<void> {
  const found = await withStore('rejected', (store) => store.rejected.find(tenant, hash));
  const [record, another] = found;
  if (record === undefined || another !== undefined) {
    const problem =
      record === undefined
        ? `No rejected record of tenant "${tenant}" has a hash that begins with ${hash}.`
        : `Several rejected records have a hash that begins with ${hash}: give more of it.`;
    throw new CommandError(exitStatus.badInput, problem, 'UnknownRecord');
  }
  const { raw, ...summary } = record;
  output.document(withRaw ? { ...summary, raw } : summary);
  if (!withRaw) {
    for (const [name, value] of Object.entries(summary)) {
      output.result(`${name.padEnd(10)}  ${value instanceof Date ? value.toISOString() : (value ?? '-')}`);
    }
    output.note('The record itself is personal data; --raw prints it.');
    return;
  }
  output.note('What follows is personal data: keep it out of tickets and logs.');
  output.block(raw);
}

async function replay(flags: ReplayFlags, output: Output): Promise<void> {
  const { tenants } = loadSettings(process.env, ['tenants']);
  const { recordings, recordedCalls, recordedMediaTypeIds } = tenantOf(flags.tenant, tenants.file);
  const done = await withStore('rejected', (store) =>
    replayRejected({
      rejected: store.rejected,
      tenant: flags.tenant,
      kinds: flags.kind === undefined ? recordKinds : [flags.kind],
      hash: flags.hash,
      recordings,
      recordedCalls,
      recordedMediaTypeIds,
      onProgress: ({ replayed, stayed }) =>
        output.progress(`${count(replayed)} replayed, ${count(stayed)} stay`),
    }),
  );
  const ok = done.stayed === 0;
  output.document({ ok, tenant: flags.tenant, ...done });
  output.result(
    `${count(done.replayed)} replayed (${count(done.inserted)} new, ${count(done.updated)} changed), ` +
      `${count(done.stayed)} still rejected`,
  );
  if (ok) return;
  throw new CommandError(
    exitStatus.incomplete,
    `${count(done.stayed)} records still cannot be stored; why: npx cxone-sync rejected list --tenant ${flags.tenant}`,
    stillRejected.code,
    true,
  );
}

function hashStart(text: string): string {
  if (/^[0-9a-f]{6,64}$/i.test(text)) return text.toLowerCase();
  throw new InvalidArgumentError('expected 6 to 64 hexadecimal digits, as list shows them');
}
