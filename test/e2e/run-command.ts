import { type ChildProcess, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { mainScript, type Stand } from './stand';

/** How a command ended and what it said. */
export interface CommandResult {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command that still runs. */
export interface RunningCommand {
  readonly process: ChildProcess;
  readonly ended: Promise<CommandResult>;
}

/** Changes to the environment; `undefined` takes a variable away. */
export type EnvironmentChange = Readonly<Record<string, string | undefined>>;

/** Types a command line, as a user would after `npx cxone-sync`, in the stand's environment. */
export function startCommand(
  stand: Pick<Stand, 'env'>,
  args: readonly string[],
  change: EnvironmentChange = {},
): RunningCommand {
  const env = Object.fromEntries(
    Object.entries({ ...stand.env, ...change }).filter(
      (entry): entry is [string, string] => entry[1] !== undefined,
    ),
  );
  const child = spawn(process.execPath, [mainScript, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const ended = new Promise<CommandResult>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (status) => resolve({ status, stdout, stderr }));
  });
  return { process: child, ended };
}

/** Types a command line and waits for its end. */
export function runCommand(
  stand: Pick<Stand, 'env'>,
  args: readonly string[],
  change: EnvironmentChange = {},
): Promise<CommandResult> {
  return startCommand(stand, args, change).ended;
}

/** The entry of the stand's tenant in a tenants file. */
export function oneTenant(stand: Stand): Readonly<Record<string, unknown>> {
  return {
    issuer: stand.simulator.address,
    clientId: stand.simulator.credentials.clientId,
    clientSecret: { env: 'ACME_CLIENT_SECRET' },
    accessKeyId: stand.simulator.credentials.accessKeyId,
    accessKeySecret: { env: 'ACME_ACCESS_KEY_SECRET' },
    allowInsecureHosts: ['127.0.0.1'],
    recordedCalls: 'logged',
  };
}

/** Writes a tenants file with one tenant `acme`, a copy of the stand's with changes; answers its path. */
export function tenantsFile(stand: Stand, name: string, change: object): string {
  const file = join(stand.folder, `${name}.json`);
  writeFileSync(file, JSON.stringify({ tenants: { acme: { ...oneTenant(stand), ...change } } }));
  return file;
}
