import { runCommand } from './run-command';
import type { Span, TestEnvironment } from './test-environment';

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
export async function runVerify(environment: TestEnvironment, span: Span, ...flags: readonly string[]) {
  const args = ['verify', '--tenant', 'acme', '--from', span.from, '--to', span.to, '--json', ...flags];
  const { status, stdout, stderr } = await runCommand(environment, args);
  if (stdout === '') throw new Error(`status ${status}, nothing on stdout: ${stderr}`);
  return { status, stderr, ...(JSON.parse(stdout) as Document) };
}
