import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeExit, type ManagedProcess, startProcess } from '../../../local/process';
import { isRunning, runScript, until } from '../../setup/script';

const shell = (script: string, more: Partial<Parameters<typeof startProcess>[0]> = {}): ManagedProcess =>
  startProcess({ name: 'script', command: '/bin/sh', args: ['-c', script], ...more });

describe('a process of ours', () => {
  test('says how it ended and what it said last', async () => {
    const child = shell('echo one; echo two >&2; exit 3');
    expect(await child.exited).toEqual({ code: 3, signal: null });
    expect(child.tail()).toContain('one');
    expect(child.tail()).toContain('two');
  });

  test('keeps only the end of a long output', async () => {
    const child = shell('i=0; while [ $i -lt 5000 ]; do echo "line $i"; i=$((i+1)); done');
    await child.exited;
    expect(child.tail().length).toBeLessThanOrEqual(16_384);
    expect(child.tail()).toMatch(/line 4999\n$/);
  });

  test('gets its arguments unchanged, whatever they hold', async () => {
    const odd = `a b'c"d $HOME \`x\` *`;
    const child = startProcess({ name: 'printf', command: 'printf', args: ['%s|', odd, ''] });
    await child.exited;
    expect(child.tail()).toBe(`${odd}||`);
  });

  test('has an empty standard input', async () => {
    const child = shell('if read -r line; then echo "got $line"; else echo nothing; fi');
    await child.exited;
    expect(child.tail()).toBe('nothing\n');
  });

  test('appends its output to the log file, which holds the last line when the process has ended', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'cxone-sync-test-'));
    const logFile = join(folder, 'log');
    try {
      for (const line of Array.from({ length: 20 }, (_, n) => `line ${n}`)) {
        await shell(`seq 2000; echo ${line}`, { logFile }).exited;
        expect(readFileSync(logFile, 'utf8').endsWith(`2000\n${line}\n`)).toBe(true);
      }
      expect(readFileSync(logFile, 'utf8')).toMatch(/^1\n2\n/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('ends with status 127 when there is no such program', async () => {
    const child = startProcess({ name: 'nothing', command: '/no/such/program' });
    expect((await child.exited).code).toBe(127);
    expect(child.tail()).toContain('/no/such/program');
  });

  test('ends with status 127 and the reason when its folder is missing', async () => {
    const child = shell('echo never', { cwd: '/no/such/folder' });
    expect(await child.exited).toEqual({ code: 127, signal: null });
    expect(child.tail()).not.toBe('');
    expect(await child.stop()).toEqual({ code: 127, signal: null });
  });
});

describe('stopping a process', () => {
  test('asks politely first', async () => {
    const child = shell('trap "echo bye; exit 7" TERM; echo ready; while :; do sleep 0.05; done');
    await until('the script is ready', () => child.tail().includes('ready'));
    expect(await child.stop()).toEqual({ code: 7, signal: null });
    expect(child.tail()).toContain('bye');
  });

  test('asks with the given signal', async () => {
    const child = shell('trap "exit 8" INT; echo ready; while :; do sleep 0.05; done', {
      stopSignal: 'SIGINT',
    });
    await until('the script is ready', () => child.tail().includes('ready'));
    expect(await child.stop()).toEqual({ code: 8, signal: null });
  });

  test('ends by force what does not listen', async () => {
    const child = shell('trap "" TERM; echo ready; while :; do sleep 0.05; done');
    await until('the script is ready', () => child.tail().includes('ready'));
    expect(await child.stop({ graceMs: 100 })).toEqual({ code: null, signal: 'SIGKILL' });
  });

  test('ends the children it started as well', async () => {
    const child = shell('sleep 1000 & echo $!; wait');
    await until('the number of the child', () => child.tail().includes('\n'));
    const grandchild = Number.parseInt(child.tail(), 10);
    await child.stop();
    await until('the child is gone', () => !isRunning(grandchild));
  });

  test('may be asked for twice, and after the end', async () => {
    const child = shell('exec sleep 1000');
    const exits = await Promise.all([child.stop(), child.stop()]);
    expect(exits[0]).toEqual(exits[1]);
    expect(await child.stop()).toEqual(exits[0]);
  });

  test('leaves no child behind when the process ends by itself', async () => {
    const child = shell('sleep 1000 & echo $!');
    await child.exited;
    const grandchild = Number.parseInt(child.tail(), 10);
    await until('the child is gone', () => !isRunning(grandchild));
  });
});

describe('when the parent is killed by SIGKILL', () => {
  test.each(['polite', 'stubborn'])('nothing of a %s program survives', async (manner) => {
    const parent = await runScript<number[]>(join(__dirname, 'parent.ts'), { args: [manner] });
    expect(parent.answer.map(isRunning)).toEqual([true, true]);
    parent.process.kill('SIGKILL');
    await until('all are gone', () => !parent.answer.some(isRunning), 20_000);
  });
});

test('describes an end in words', () => {
  expect(describeExit({ code: 2, signal: null })).toBe('exited with status 2');
  expect(describeExit({ code: null, signal: 'SIGKILL' })).toBe('was ended by SIGKILL');
});
