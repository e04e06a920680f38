import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The version of this program, as its package.json says: `0.2.0`. */
export function programVersion(): string {
  // Compiled, this file lies one folder further down, in dist/.
  const roots = ['../..', '../../..'].map((up) => join(__dirname, up, 'package.json'));
  const { version } = JSON.parse(readFileSync(roots.find(existsSync) ?? '', 'utf8')) as { version: string };
  return version;
}
