import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';

/** The folder of this project. */
export const root = join(__dirname, '..', '..');

/** The files below a folder of this project whose names match, as paths from the project's folder. */
export function filesIn(folder: string, names: RegExp): readonly string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && names.test(entry.name))
    .map((entry) => relative(root, join(entry.parentPath ?? entry.path, entry.name)));
}
