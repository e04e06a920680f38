import { AsyncLocalStorage } from 'node:async_hooks';
import { type ChildProcess, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { main } from '../../client/main';
import { mainScript, type TestEnvironment } from './test-environment';

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

/** Starts a command line as a process of its own, as a user would after `npx cxone-sync`, in the test environment's variables. */
export function startCommand(
  environment: Pick<TestEnvironment, 'env'>,
  args: readonly string[],
  change: EnvironmentChange = {},
): RunningCommand {
  const child = spawn(process.execPath, [mainScript, ...args], {
    env: changed(environment.env, change),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
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

/** Runs a command line as a process of its own and waits for its end. */
export function runProgram(
  environment: Pick<TestEnvironment, 'env'>,
  args: readonly string[],
  change: EnvironmentChange = {},
): Promise<CommandResult> {
  return startCommand(environment, args, change).ended;
}

/**
 * Runs a command line in this process, with the environment and the output of its own, and waits for its end: a process
 * would spend most of its time on loading the program. What a process adds (signals, its exit status, its time zone) is
 * tested with `runProgram` and `startCommand`.
 */
export async function runCommand(
  environment: Pick<TestEnvironment, 'env'>,
  args: readonly string[],
  change: EnvironmentChange = {},
): Promise<CommandResult> {
  const command: OwnProcess = { env: changed(environment.env, change), stdout: '', stderr: '' };
  const status = await owned.run(command, () => main(args));
  return { status, stdout: command.stdout, stderr: command.stderr };
}

/** What a command that runs in this process does not share with it. */
interface OwnProcess {
  readonly env: NodeJS.ProcessEnv;
  stdout: string;
  stderr: string;
}

const owned = new AsyncLocalStorage<OwnProcess>();

/** Lets `process` have the environment and the streams of the command that looks at it. */
function divide(): void {
  const { env, stdout, stderr } = process;
  const streamOf = (name: 'stdout' | 'stderr', real: NodeJS.WriteStream) => ({
    get: () => {
      const command = owned.getStore();
      if (command === undefined) return real;
      return { isTTY: false, write: (text: string) => ((command[name] += text), true) };
    },
  });
  Object.defineProperties(process, {
    env: { get: () => owned.getStore()?.env ?? env },
    stdout: streamOf('stdout', stdout),
    stderr: streamOf('stderr', stderr),
  });
}
divide();

function changed(env: TestEnvironment['env'], change: EnvironmentChange): Record<string, string> {
  return Object.fromEntries(
    Object.entries({ ...env, ...change }).filter(
      (entry): entry is [string, string] => entry[1] !== undefined,
    ),
  );
}

/** The entry of the test environment's tenant in a tenants file. */
export function oneTenant(environment: TestEnvironment): Readonly<Record<string, unknown>> {
  return {
    issuer: environment.simulator.address,
    clientId: environment.simulator.credentials.clientId,
    clientSecret: { env: 'ACME_CLIENT_SECRET' },
    accessKeyId: environment.simulator.credentials.accessKeyId,
    accessKeySecret: { env: 'ACME_ACCESS_KEY_SECRET' },
    allowInsecureHosts: ['127.0.0.1'],
    recordedCalls: 'logged',
  };
}

/** Writes a tenants file with one tenant `acme`, a copy of the test environment's with changes; answers its path. */
export function tenantsFile(environment: TestEnvironment, name: string, change: object): string {
  const file = join(environment.folder, `${name}.json`);
  writeFileSync(file, JSON.stringify({ tenants: { acme: { ...oneTenant(environment), ...change } } }));
  return file;
}
