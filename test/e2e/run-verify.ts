import { runCommand } from './run-command';
import type { Span, Stand } from './stand';

/** What `verify --json` says (client/verify). */
interface Document {
  readonly ok: boolean;
  readonly totals: object;
  readonly days: readonly (Record<string, unknown> & {
    readonly recordings?: Record<string, number>;
    readonly found?: Record<string, unknown>;
    readonly examples?: Record<string, string[]>;
  })[];
}

/** Runs `verify --json` and answers its one document with the exit status. */
export async function runVerify(stand: Stand, span: Span, ...flags: readonly string[]) {
  const args = ['verify', '--tenant', 'acme', '--from', span.from, '--to', span.to, '--json', ...flags];
  const { status, stdout, stderr } = await runCommand(stand, args);
  if (stdout === '') throw new Error(`status ${status}, nothing on stdout: ${stderr}`);
  return { status, stderr, ...(JSON.parse(stdout) as Document) };
}
