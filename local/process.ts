import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';

/** How a process ended: its exit code, or the signal that ended it. */
export interface ProcessExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface ProcessOptions {
  /** What people call it, used in messages. */
  readonly name: string;
  readonly command: string;
  readonly args?: readonly string[];
  /** The whole environment of the process; by default that of this one. */
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  readonly uid?: number;
  readonly gid?: number;
  /** Its output is appended here besides being kept for `tail()`. */
  readonly logFile?: string;
  /** The signal that asks it to end, `SIGTERM` by default. */
  readonly stopSignal?: NodeJS.Signals;
  /** How long it may take to end before it is ended by `SIGKILL`, 10 s by default. */
  readonly graceMs?: number;
}

/** A process that runs in its own process group and cannot outlive this one. */
export type ManagedProcess = ReturnType<typeof startProcess>;

const tailLength = 16_384;
const lastWordsMs = 3_000;

/**
 * The command waits for one line before it becomes the real program: until then its guardian may not stand ready,
 * and a parent that dies in between closes the pipe, which ends the wait without anything having started.
 */
const starter = 'IFS= read -r go || exit 125; exec "$@" </dev/null';

/**
 * The guardian's only job is to outlive a parent that dies by SIGKILL: the pipe then closes without a line having come.
 * Arguments: the process group, the polite signal, tenths of a second until SIGKILL.
 */
const guardian = `
if IFS= read -r released; then exit 0; fi
kill -s "$2" -- "-$1" 2>/dev/null
tenths=$3
while [ "$tenths" -gt 0 ] && kill -s 0 -- "-$1" 2>/dev/null; do sleep 0.1; tenths=$((tenths - 1)); done
kill -s KILL -- "-$1" 2>/dev/null
`;

/**
 * Starts a program of which nothing remains when it is stopped, nor when this process dies, however it dies.
 * Its standard input is empty. Needs a POSIX `sh`. Never throws: a failure to start shows in `exited` and `tail()`.
 */
export function startProcess(options: ProcessOptions) {
  const { name, command, args = [], stopSignal = 'SIGTERM', graceMs: usualGraceMs = 10_000 } = options;
  const child = spawn('/bin/sh', ['-c', starter, name, command, ...args], {
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
    env: options.env ?? process.env,
    ...(options.cwd !== undefined && { cwd: options.cwd }),
    ...(options.uid !== undefined && { uid: options.uid }),
    ...(options.gid !== undefined && { gid: options.gid }),
  });
  const tail = keepTail(child, options.logFile);
  const watcher = child.pid === undefined ? undefined : guard(child.pid, stopSignal, usualGraceMs);
  // A child that ended before it read its line shows by 'exit', not by a broken pipe.
  child.stdin.on('error', () => undefined);
  child.stdin.end('go\n');

  let ended = false;
  const exited = new Promise<ProcessExit>((resolve) => {
    child.once('error', (error) => {
      ended = true;
      tail.add(`${error.message}\n`);
      void tail.end().then(() => resolve({ code: 127, signal: null }));
    });
    child.once('exit', (code, signal) => {
      ended = true;
      signalGroup(child, 'SIGKILL');
      watcher?.stdin?.end('released\n');
      // The last words may still be in the pipe; but a process that left the group and holds it open is not waited for.
      const settle = (): void => void tail.end().then(() => resolve({ code, signal }));
      const patience = setTimeout(settle, lastWordsMs);
      child.once('close', () => {
        clearTimeout(patience);
        settle();
      });
    });
  });

  return {
    name,
    pid: child.pid,
    /** Settles when the process has ended; never rejects. A command that cannot be started ends with code 127. */
    exited,
    /** The last 16 KiB of its standard output and error, mixed as they came. */
    tail: (): string => tail.text(),
    /** Asks it to end and, after the grace period, ends its whole group by `SIGKILL`. May be called twice. */
    async stop({ graceMs = usualGraceMs }: { readonly graceMs?: number } = {}): Promise<ProcessExit> {
      // The number of a group that has gone may belong to another process by now.
      if (ended) return exited;
      signalGroup(child, stopSignal);
      const impatience = setTimeout(() => signalGroup(child, 'SIGKILL'), graceMs);
      const exit = await exited;
      clearTimeout(impatience);
      return exit;
    },
  };
}

/** One line for a message: "exited with status 1" or "was ended by SIGKILL". */
export function describeExit(exit: ProcessExit): string {
  return exit.signal === null ? `exited with status ${exit.code}` : `was ended by ${exit.signal}`;
}

function guard(group: number, stopSignal: NodeJS.Signals, graceMs: number): ChildProcess {
  const tenths = String(Math.ceil(graceMs / 100));
  const watcher = spawn(
    '/bin/sh',
    ['-c', guardian, 'cxone-sync-guardian', String(group), stopSignal.replace(/^SIG/, ''), tenths],
    { detached: true, stdio: ['pipe', 'ignore', 'ignore'] },
  );
  watcher.on('error', () => undefined);
  watcher.stdin.on('error', () => undefined);
  // What it watches keeps this process alive, not the watching.
  watcher.unref();
  return watcher;
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // The group has gone already, which is all that was wanted.
  }
}

interface Tail {
  add(text: string): void;
  /** Settles when all is in the log file: who reads it after the end must find the last line. */
  end(): Promise<void>;
  text(): string;
}

function keepTail(child: ChildProcess, logFile: string | undefined): Tail {
  const file = logFile === undefined ? undefined : createWriteStream(logFile, { flags: 'a' });
  let kept = '';
  const add = (text: string): void => {
    kept = (kept + text).slice(-tailLength);
  };
  file?.on('error', (error) => add(`log file: ${error.message}\n`));
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      add(text);
      file?.write(text);
    });
  }
  const end = async (): Promise<void> => {
    if (file === undefined || file.closed) return;
    // An error is in the tail already.
    const closed = once(file, 'close').catch(() => undefined);
    file.end();
    await closed;
  };
  return { add, end, text: () => kept };
}

/** Whether a process is alive, also one of another user. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
