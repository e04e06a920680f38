import type { Command } from 'commander';
import { loadSettings } from '../config';
import { migrate } from '../store';
import { addCommonFlags, type CommonFlags } from './command/flags';
import { createOutput } from './command/output';
import { mapErrors } from './command/map-errors';

/** `cxone-sync migrate`: brings the database's schema up to date. Safe to run again, and by several at once. */
export function addMigrateCommand(program: Command): void {
  addCommonFlags(
    program
      .command('migrate')
      .description('Create or update the schema "cxone" in the database of DATABASE_URL'),
  ).action(async (flags: CommonFlags) => {
    const output = createOutput(flags);
    const onWait = (migration: string): void =>
      output.progress(`${migration} waits for tables that other sessions use; they are not stopped`);
    const { applied } = await mapErrors(() =>
      migrate(loadSettings(process.env, ['database']).database.url, undefined, { onWait }),
    ).finally(() => output.endProgress());
    output.document({ applied });
    output.result(
      applied.length === 0 ? 'Nothing to do: the database is up to date.' : `Applied ${applied.join(', ')}.`,
    );
  });
}
