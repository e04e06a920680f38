import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chownSync, lstatSync, mkdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The unprivileged user that PostgreSQL runs as when we are root, which it refuses to be. */
export interface ServerUser {
  readonly uid: number;
  readonly gid: number;
}

const unprivileged: ServerUser = { uid: 65534, gid: 65534 };
/** Readable by every user and, unlike /tmp, kept over a restart of the machine. */
const accessibleFolder = '/var/tmp';

/** The user to start servers as: undefined (ourselves) unless we are root. */
export function serverUser(): ServerUser | undefined {
  return process.getuid?.() === 0 ? unprivileged : undefined;
}

/** True when `user` can run `command`, which prints nothing of interest. */
export function canRun(
  user: ServerUser | undefined,
  command: string,
  args: readonly string[],
  cwd = '/',
): boolean {
  return spawnSync(command, args, { ...user, cwd, stdio: 'ignore' }).status === 0;
}

/**
 * Creates a folder that belongs to `user` alone (mode 0700), and returns where it is: `wanted`, or, when
 * `user` may not pass one of the folders above it (a checkout under /root), a folder under /var/tmp whose name is
 * derived from `wanted`, so that a later run finds it again.
 * @throws Error when the folder, here or under /var/tmp, is there already but belongs to another user.
 */
export function ownFolder(wanted: string, user: ServerUser | undefined): string {
  mkdirSync(wanted, { recursive: true, mode: 0o700 });
  if (user === undefined) {
    if (statSync(wanted).uid !== process.getuid?.()) {
      throw new Error(`${wanted} was made by another user: run as that user, or remove it`);
    }
    return wanted;
  }
  if (canRun(user, '/bin/sh', ['-c', 'cd "$1"', 'sh', dirname(wanted)])) {
    chownSync(wanted, user.uid, user.gid);
    return wanted;
  }
  const digest = createHash('sha256').update(wanted).digest('hex').slice(0, 12);
  const folder = join(accessibleFolder, `cxone-sync-${digest}`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  refuseStrangers(folder, user);
  chownSync(folder, user.uid, user.gid);
  return folder;
}

/**
 * /var/tmp is open to all: a folder that another user put there under our name must not be trusted.
 * @throws Error naming the folder.
 */
export function refuseStrangers(folder: string, user: ServerUser | undefined): void {
  const found = lstatSync(folder);
  const owners = [process.getuid?.(), user?.uid];
  if (!found.isDirectory() || !owners.includes(found.uid) || (found.mode & 0o022) !== 0) {
    throw new Error(
      `${folder} belongs to another user or can be written by others: remove it and start again`,
    );
  }
}

/** A folder under /var/tmp where `name` can be read by every user. */
export function sharedFolder(name: string): string {
  return join(accessibleFolder, `cxone-sync-${process.getuid?.() ?? 0}-${name}`);
}
