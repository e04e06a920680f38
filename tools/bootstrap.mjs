import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import Module from 'node:module';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * `node tools/bootstrap.mjs <demo|verify|bench> [arguments…]`: from a fresh clone to the running program. Installs the
 * packages when package-lock.json has changed since they were installed, builds, then becomes the program asked for.
 * Uses nothing that would have to be installed first.
 */
const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const lockFile = join(root, 'package-lock.json');
const stampFile = join(root, 'node_modules', '.cxone-sync-lock');
const programs = { demo: ['dist/client/main.js', 'demo'], bench: ['dist/bench/main.js'] };

function fail(message, status = 1) {
  process.stderr.write(`${message}\n`);
  process.exit(status);
}

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 3)) {
    fail(`cxone-sync needs Node.js 20.3 or newer; this is ${process.versions.node} (https://nodejs.org)`, 2);
  }
}

/** npm as it was called, else the one on the PATH. */
function npm(...args) {
  const self = process.env.npm_execpath;
  return self?.endsWith('.js') ? [process.execPath, [self, ...args]] : ['npm', args];
}

function installPackages() {
  const stamp = createHash('sha256').update(readFileSync(lockFile)).digest('hex');
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return;
  if (existsSync(stampFile) || !installedByHand()) {
    process.stderr.write('Installing the packages of package-lock.json …\n');
    const [command, args] = npm('ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error');
    const { status, stdout, stderr, error } = spawnSync(command, args, { cwd: root, encoding: 'utf8' });
    if (status !== 0)
      fail(`${stdout ?? ''}${stderr ?? ''}\nnpm ci failed${error ? `: ${error.message}` : ''}`);
  }
  writeFileSync(stampFile, stamp);
}

/** npm notes what it installed; a note younger than the lock file is an `npm install` that a person ran. */
function installedByHand() {
  const note = join(root, 'node_modules', '.package-lock.json');
  return existsSync(note) && statSync(note).mtimeMs >= statSync(lockFile).mtimeMs;
}

function build() {
  const { status } = spawnSync(process.execPath, [join(root, 'tools', 'build.mjs')], {
    cwd: root,
    stdio: 'inherit',
  });
  if (status !== 0) process.exit(status ?? 1);
}

/** This process becomes the program: no second one stands between it and the terminal, its signals and its status. */
function become([file, ...first], rest) {
  process.argv.splice(1, Infinity, join(root, file), ...first, ...rest);
  if (!existsSync(process.argv[1])) fail(`${file} was not built`);
  Module.runMain();
}

/** Runs the checks as npm does; the terminal's Ctrl-C reaches them by itself, other signals are passed on. */
function verify(rest) {
  const [command, args] = npm('run', '--silent', 'verify', ...(rest.length > 0 ? ['--', ...rest] : []));
  const child = spawn(command, args, { cwd: root, stdio: 'inherit' });
  process.on('SIGINT', () => process.stdin.isTTY || child.kill('SIGINT'));
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => fail(`npm cannot be started: ${error.message}`));
  child.on('exit', (status, signal) => process.exit(status ?? 128 + constants.signals[signal]));
}

const [task, ...rest] = process.argv.slice(2);
if (task !== 'verify' && !Object.hasOwn(programs, task ?? '')) {
  fail('usage: node tools/bootstrap.mjs <demo|verify|bench> [arguments…]', 2);
}
checkNode();
process.chdir(root);
installPackages();
if (task === 'verify') verify(rest);
else {
  build();
  become(programs[task], rest);
}
