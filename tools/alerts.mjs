import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Checks the alert rules and runs their tests with promtool: that of `PROMTOOL`, or the one in PATH. Ends with status 1
 * when there is none, or when something is wrong.
 */
const folder = join(dirname(fileURLToPath(import.meta.url)), '..', 'ops');
const promtool = process.env.PROMTOOL || 'promtool';

function run(...args) {
  return spawnSync(promtool, args, { cwd: folder, encoding: 'utf8' });
}

const found = run('--version');
if (found.error || found.status !== 0) {
  process.stderr.write(
    `promtool was not found (${promtool}). It comes with Prometheus: apt-get install prometheus on Debian and Ubuntu, ` +
      'brew install prometheus on macOS, or a release of https://prometheus.io/download; PROMTOOL names it elsewhere ' +
      'than in PATH.\n',
  );
  process.exit(1);
}

const steps = [
  ['check', 'config', '--syntax-only', 'prometheus.yml'],
  ['check', 'rules', 'prometheus/alerts.yml'],
  ['test', 'rules', 'prometheus/alerts.test.yml', 'prometheus/alerts-over-days.test.yml'],
];
for (const args of steps) {
  const { status, stdout, stderr } = run(...args);
  process.stdout.write(`promtool ${args.join(' ')}\n${stdout}`);
  process.stderr.write(stderr);
  if (status !== 0) process.exit(1);
}
