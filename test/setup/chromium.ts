import { execFileSync } from 'node:child_process';
import { findChromium } from './find-chromium';
import { executableOnPath } from '../../local/executables';

const say = (line: string): void => void process.stderr.write(`${line}\n`);

export interface ChromiumOptions {
  readonly isRoot?: boolean;
  /** Where to look beyond the PATH, instead of the usual places. */
  readonly places?: readonly string[];
}

/**
 * The browser for the tests of Web UI; as root on Debian or Ubuntu it is installed when it is missing (a minute).
 *
 * @returns undefined where none is available: the tests then say so, and fail where `CI` is set.
 */
export function obtainChromium(
  env: NodeJS.ProcessEnv = process.env,
  { isRoot = process.getuid?.() === 0, places }: ChromiumOptions = {},
): string | undefined {
  const found = findChromium(env, places);
  if (found !== undefined) return found;
  const aptGet = executableOnPath('apt-get', env);
  if (aptGet === undefined || !isRoot) return undefined;
  say('Installing chromium, which the tests of Web UI drive …');
  const apt = (...args: readonly string[]): void => {
    execFileSync(aptGet, ['-qq', ...args], {
      env: { ...env, DEBIAN_FRONTEND: 'noninteractive' },
      stdio: ['ignore', 'ignore', 'inherit'],
      timeout: 300_000,
    });
  };
  try {
    apt('update');
    apt('install', '-y', '--no-install-recommends', 'chromium');
  } catch (error) {
    say(`apt-get did not install it: ${error instanceof Error ? error.message : 'failed'}`);
  }
  return findChromium(env, places);
}

/** Printed where no browser is found. */
export const withoutChromium =
  'The tests of Web UI were NOT RUN: no Chromium was found. Install it (Debian, Ubuntu: apt-get install chromium), ' +
  'or set CHROMIUM to the path of a Chromium or Chrome.';
