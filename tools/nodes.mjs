import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Runs the unit and replay tests on the releases of Node.js that are supported, each taken from the npm package `node`.
 * Further arguments go to Jest: `npm run test:nodes -- test/unit/store`. Ends with status 1 when a release fails.
 */
const releases = ['22.23.3', '24.21.0'];

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const jest = join(root, 'node_modules', 'jest', 'bin', 'jest.js');
const failed = releases.filter((release) => {
  process.stdout.write(`Node.js ${release}\n`);
  const args = ['exec', '--yes', `--package=node@${release}`, '--', 'node', jest, '--selectProjects', 'unit'];
  const { status } = spawnSync('npm', [...args, ...process.argv.slice(2)], { cwd: root, stdio: 'inherit' });
  return status !== 0;
});
if (failed.length > 0) process.stdout.write(`failed on Node.js ${failed.join(', ')}\n`);
process.exitCode = failed.length > 0 ? 1 : 0;
