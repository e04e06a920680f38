import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Compiles the sources to dist/, with what the programs read beside them: the SQL migrations and the workflows as one
 * bundle, so that a worker need not bundle at each start. Works from any folder; ends with status 1 when a part fails.
 */
const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const dist = join(root, 'dist');
const require = createRequire(import.meta.url);
const workflows = 'workflows/index.ts';
const migrations = 'store/migrations';
const commandLine = join(dist, 'client', 'main.js');
const bundle = join(dist, 'workflow-bundle.js');

function fail(message) {
  process.stderr.write(`build: ${message}\n`);
  process.exit(1);
}

function compile() {
  const tsc = join(dirname(require.resolve('typescript/package.json')), 'bin', 'tsc');
  const { status } = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], {
    cwd: root,
    stdio: 'inherit',
  });
  if (status !== 0) fail('the sources do not compile');
}

/** What was compiled from a source that has since been deleted must not be found by anybody. */
function removeStale() {
  for (const entry of readdirSync(dist, { recursive: true, withFileTypes: true })) {
    const file = join(entry.parentPath ?? entry.path, entry.name);
    if (!entry.isFile() || dirname(file) === dist) continue;
    const name = relative(dist, file);
    const source = name.replace(/\.js(\.map)?$/, '.ts');
    if (!existsSync(join(root, source))) rmSync(file);
  }
}

async function bundleWorkflows() {
  const { bundleWorkflowCode, DefaultLogger } = require('@temporalio/worker');
  const { code } = await bundleWorkflowCode({
    workflowsPath: join(dist, workflows.replace(/\.ts$/, '.js')),
    logger: new DefaultLogger('WARN'),
  });
  writeFileSync(bundle, code);
}

if (!existsSync(join(root, workflows))) fail(`${workflows} is missing: the worker has nothing to bundle`);
compile();
removeStale();
if (existsSync(join(root, migrations)))
  cpSync(join(root, migrations), join(dist, migrations), { recursive: true });
if (existsSync(commandLine)) chmodSync(commandLine, 0o755);
await bundleWorkflows();
