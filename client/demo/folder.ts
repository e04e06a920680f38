import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive } from '../../local/process';
import { CommandError, exitStatus } from '../command/exit-status';

const dayMs = 86_400_000;

/** The one folder under which a demo keeps everything. */
export type DemoFolder = ReturnType<typeof openDemoFolder>;

/**
 * Opens the demo's folder and holds it against a second demo at the same time.
 *
 * @param fresh throws away what earlier runs left.
 * @throws {CommandError} status 2 while another demo uses the folder.
 */
export function openDemoFolder(path: string, fresh: boolean) {
  const lock = join(path, 'demo.pid');
  const holder = existsSync(lock) ? Number(readFileSync(lock, 'utf8')) : 0;
  if (holder > 0 && holder !== process.pid && isAlive(holder)) {
    throw new CommandError(
      exitStatus.badInput,
      `Another demo (process ${holder}) uses ${path}. Stop it first (Ctrl-C where it runs).`,
      'DemoRunning',
    );
  }
  if (fresh) rmSync(path, { recursive: true, force: true });
  mkdirSync(join(path, 'logs'), { recursive: true });
  writeFileSync(lock, String(process.pid));

  const dayFile = join(path, 'day');
  const resumed = existsSync(dayFile);
  // Four days ago: its recordings are there, and the simulator's rows are still after two days.
  if (!resumed) writeFileSync(dayFile, new Date(Date.now() - 4 * dayMs).toISOString().slice(0, 10));
  const from = new Date(`${readFileSync(dayFile, 'utf8').trim()}T00:00:00Z`);
  return {
    path,
    /** The simulated day, UTC: the same one each time, so that a second run finds its data again. */
    day: { from, to: new Date(from.getTime() + dayMs) },
    /** True when an earlier run left data. */
    resumed,
    /** Lets another demo use the folder. */
    release: (): void => rmSync(lock, { force: true }),
  };
}
