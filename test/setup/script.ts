import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';

export interface RunningScript<T> {
  readonly process: ChildProcess;
  /** The JSON document in the first line it printed. */
  readonly answer: T;
}

export interface ScriptOptions {
  readonly args?: readonly string[];
  readonly uid?: number;
  readonly gid?: number;
  /** Instead of this process's environment. */
  readonly env?: NodeJS.ProcessEnv;
}

/**
 * Runs a TypeScript file as a process of its own and returns when it has printed one line of JSON.
 * @throws Error with what it wrote to standard error when it ends before.
 */
export async function runScript<T>(file: string, options: ScriptOptions = {}): Promise<RunningScript<T>> {
  const { args = [], ...user } = options;
  const child = spawn(process.execPath, ['-r', join(__dirname, 'typescript.js'), file, ...args], {
    cwd: '/',
    stdio: ['ignore', 'pipe', 'pipe'],
    ...user,
  });
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaint += text));
  const line = await new Promise<string>((resolve, reject) => {
    createInterface(child.stdout).once('line', resolve);
    child.once('error', reject);
    child.once('close', () => reject(new Error(`${file} ended early: ${complaint}`)));
  });
  return { process: child, answer: JSON.parse(line) as T };
}

/** True while a process of that number runs; one that has ended and is not yet collected does not count. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  const status = `/proc/${pid}/stat`;
  if (!existsSync('/proc/self/stat')) return true;
  try {
    return !/\) [ZX] /.test(readFileSync(status, 'utf8'));
  } catch {
    return false;
  }
}

/** Returns once `condition` holds. @throws Error naming `what` after `withinMs`. */
export async function until(what: string, condition: () => boolean, withinMs = 15_000): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`not within ${withinMs} ms: ${what}`);
    await delay(20);
  }
}
