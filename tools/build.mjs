import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Compiles the sources to dist/, with what the programs read beside them: the SQL migrations and the workflows as one
 * bundle, so that a worker need not bundle at each start. Works from any folder; ends with status 1 when a part fails.
 */
const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const dist = join(root, 'dist');
const require = createRequire(import.meta.url);
const folders = JSON.parse(readFileSync(join(root, 'tsconfig.json'), 'utf8')).include.filter(
  (folder) => folder !== 'test',
);
const workflows = 'workflows/index.ts';
const migrations = 'store/migrations';
const commandLine = join(dist, 'client', 'main.js');
const bundle = join(dist, 'workflow-bundle.js');

function fail(message) {
  process.stderr.write(`build: ${message}\n`);
  process.exit(1);
}

/**
 * Types are the business of `npm run types`. Imports of packages become lazy: a command loads what it uses, which halves
 * the start of most. The workflows stay as they are written: they are bundled, and load everything at their start.
 */
function compile() {
  const { transformFileSync } = require('@swc/core');
  for (const file of folders
    .map((folder) => join(root, folder))
    .filter(existsSync)
    .flatMap(sourcesBelow)) {
    const name = relative(root, file);
    const target = join(dist, name.replace(/\.ts$/, '.js'));
    const { code, map } = transformFileSync(file, {
      swcrc: false,
      sourceMaps: true,
      sourceFileName: relative(dirname(target), file),
      jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
      module: { type: 'commonjs', ignoreDynamic: true, lazy: !name.startsWith('workflows') },
    });
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, `${code}\n//# sourceMappingURL=${basename(target)}.map\n`);
    writeFileSync(`${target}.map`, map);
  }
}

function sourcesBelow(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
}

/** Removes what was compiled from sources that have since been deleted. */
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
try {
  compile();
} catch (error) {
  // The place and the reason; the compiler's own stack follows them.
  fail(`the sources do not compile: ${error.message.split('\n\n')[0]}`);
}
removeStale();
if (existsSync(join(root, migrations)))
  cpSync(join(root, migrations), join(dist, migrations), { recursive: true });
if (existsSync(commandLine)) chmodSync(commandLine, 0o755);
await bundleWorkflows();
