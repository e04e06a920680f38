import { execFile } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { repository } from './compose-file';

export interface ScriptEnd {
  readonly status: number;
  readonly output: string;
  /** What the fakes were called with, one line each. */
  readonly calls: readonly string[];
}

export interface ScriptStage {
  readonly folder: string;
  /** Puts a command on the script's PATH; `$CALLS` is the file in which it is to note its calls. */
  readonly fake: (name: string, script: string) => void;
  readonly run: (
    script: string,
    options?: { readonly args?: readonly string[]; readonly env?: NodeJS.ProcessEnv },
  ) => Promise<ScriptEnd>;
}

const stages: string[] = [];
afterAll(() => {
  for (const folder of stages) rmSync(folder, { recursive: true, force: true });
});

/** A folder in which a shell script of ops/ runs with fakes of the commands it calls, and never really sleeps. */
export function createStage(): ScriptStage {
  const folder = mkdtempSync(join(tmpdir(), 'cxone-sync-ops-'));
  stages.push(folder);
  const calls = join(folder, 'calls');
  const fake = (name: string, script: string): void => {
    writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(folder, name), 0o755);
  };
  fake('sleep', ':');
  return {
    folder,
    fake,
    run: (script, { args = [], env = {} } = {}) =>
      new Promise((resolve) => {
        const child = execFile(
          '/bin/sh',
          [join(repository, 'ops', script), ...args],
          { env: { PATH: `${folder}:${process.env['PATH']}`, CALLS: calls, ...env }, timeout: 30_000 },
          (_error, stdout, stderr) => {
            const noted = existsSync(calls) ? readFileSync(calls, 'utf8').trimEnd().split('\n') : [];
            resolve({ status: child.exitCode ?? -1, output: stdout + stderr, calls: noted });
          },
        );
      }),
  };
}
