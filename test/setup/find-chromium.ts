import { existsSync } from 'node:fs';
import { executableOnPath } from '../../local/executables';

/** The names a distribution gives it, the open one first. */
const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** Where it lies when it is on no PATH. */
const usualPlaces: readonly string[] = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/snap/bin/chromium',
  '/opt/google/chrome/chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/**
 * The browser that tests drive: that of `CHROMIUM`, one on the PATH, or one in its usual place.
 *
 * @throws Error when `CHROMIUM` names no file: a browser chosen by hand is not replaced by another.
 */
export function findChromium(
  env: NodeJS.ProcessEnv,
  places: readonly string[] = usualPlaces,
): string | undefined {
  const chosen = env['CHROMIUM'];
  if (chosen) {
    if (existsSync(chosen)) return chosen;
    throw new Error(`CHROMIUM is ${chosen}, which does not exist: correct it, or unset it`);
  }
  for (const name of names) {
    const found = executableOnPath(name, env);
    if (found !== undefined) return found;
  }
  return places.find((place) => existsSync(place));
}
