import { type Command, InvalidArgumentError } from 'commander';
import { phrasesIn } from '../../cxone';
import type { ApiErrorSummary } from '../../store';
import { CommandError, exitStatus } from '../command/exit-status';
import { addCommonFlags, type CommonFlags, wholeNumber } from '../command/flags';
import { mapErrors } from '../command/map-errors';
import { count, createOutput, type Output } from '../command/output';
import { withStore } from '../command/preflight';
import { remedyOf } from '../command/remedies';

interface ListFlags extends CommonFlags {
  readonly tenant?: string;
  readonly code?: string;
  readonly limit: number;
}

interface ShowFlags extends CommonFlags {
  readonly raw?: boolean;
}

/** `cxone-sync errors`: answers of CXone that became errors, kept for 30 days. Asks the database only. */
export function addErrorsCommand(program: Command): void {
  const errors = program
    .command('errors')
    .description('Answers of CXone that became errors: list them, show one');

  addCommonFlags(
    errors
      .command('list')
      .description('List kept answers, the newest first, without what they say: no personal data')
      .option('--tenant <id>', 'only of this tenant')
      .option('--code <code>', 'only of this error, such as BadRequest')
      .option('--limit <n>', 'at most this number', wholeNumber(1, 100_000), 50),
  ).action(async (flags: ListFlags) => mapErrors(() => list(flags, createOutput(flags))));

  addCommonFlags(
    errors
      .command('show')
      .description('Show what is known of one answer')
      .argument('<id>', 'as the message of the error names it: (answer 1f2e3d4c5b6a)', answerId)
      .option('--raw', 'with the answer itself on stdout: PERSONAL DATA'),
  )
    .addHelpText(
      'after',
      `
An answer repeats whom a request was about, so it stands in no history, log or message: these name its id. A worker
keeps the first 4 kB of it for 30 days, at most 5 a minute and 200 a day for each tenant and code.
Exit status: 0 shown · 2 no such answer, or bad input · 3 PostgreSQL cannot be reached

Example:
  npx cxone-sync errors show 1f2e3d4c5b6a --raw`,
    )
    .action(async (id: string, flags: ShowFlags) => mapErrors(() => show(id, flags, createOutput(flags))));

  for (const command of errors.commands) command.copyInheritedSettings(program);
}

async function list({ tenant, code, limit }: ListFlags, output: Output): Promise<void> {
  const { total, errors } = await withStore('errors', (store) =>
    store.apiErrors.list({ tenant, code }, limit),
  );
  output.document({ total, errors });
  for (const error of errors) output.result(line(error));
  output.note(
    errors.length < total
      ? `${count(errors.length)} of ${count(total)} answers; see more with --limit.`
      : `${count(total)} answers.`,
  );
}

function line({ at, tenant, errorId, code, status, family, correlationId }: ApiErrorSummary): string {
  return [
    at.toISOString(),
    tenant,
    errorId,
    code,
    family,
    status === 0 ? '-' : String(status),
    correlationId ?? '-',
  ].join('  ');
}

async function show(id: string, { raw = false }: ShowFlags, output: Output): Promise<void> {
  const error = await withStore('errors', (store) => store.apiErrors.find(id));
  if (error === null) {
    throw new CommandError(
      exitStatus.badInput,
      `No answer ${id} is kept. Answers are kept for 30 days, and of an outage only the first: see errors list.`,
      'UnknownAnswer',
    );
  }
  const { answer, ...rest } = error;
  const summary = { ...rest, answerLength: answer.length, speaksOf: phrasesIn(answer) };
  output.document(raw ? { ...summary, answer } : summary);
  if (raw) {
    output.note('What follows is personal data: keep it out of tickets and logs.');
    output.block(answer);
    return;
  }
  for (const [name, value] of Object.entries(summary)) output.result(`${name.padEnd(13)}  ${shown(value)}`);
  output.result(`${'what to do'.padEnd(13)}  ${remedyOf(error.code)}`);
  output.note('The answer itself is personal data; --raw prints it.');
}

function shown(value: string | number | Date | null | readonly string[]): string {
  if (value instanceof Date) return value.toISOString();
  if (typeof value === 'object') return value === null || value.length === 0 ? '-' : value.join(', ');
  return String(value);
}

function answerId(text: string): string {
  if (/^[0-9a-f]{12}$/i.test(text)) return text.toLowerCase();
  throw new InvalidArgumentError('expected 12 hexadecimal digits, as the message and list show them');
}
