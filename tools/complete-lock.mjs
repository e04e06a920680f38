import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { promisify } from 'node:util';

/**
 * `node tools/complete-lock.mjs [file]`: adds to package-lock.json the platform packages that npm left out, each with its
 * integrity hash.
 *
 * npm writes no entry for an optional package that the registry in use does not serve, and a mirror may serve those of
 * its own platform only. Elsewhere `npm ci` then refuses the lock file as incomplete. The version is what the parent
 * pins; the name says the platform; the hash is what the registry says of that version (`npm view`). A package
 * whose hash it does not say is left out, and its parent no longer names it: such a lock file installs everywhere, and
 * nothing is ever installed unverified. To be run after every change of dependencies; an entry that npm wrote whole
 * stays as it is.
 */
const file = process.argv[2] ?? new URL('../package-lock.json', import.meta.url);
const lock = JSON.parse(readFileSync(file, 'utf8'));

const systems = {
  darwin: 'darwin',
  linux: 'linux',
  linuxmusl: 'linux',
  win32: 'win32',
  windows: 'win32',
  freebsd: 'freebsd',
  openbsd: 'openbsd',
  netbsd: 'netbsd',
  sunos: 'sunos',
  aix: 'aix',
  android: 'android',
  openharmony: 'openharmony',
};
const processors = {
  x64: 'x64',
  arm64: 'arm64',
  arm: 'arm',
  ia32: 'ia32',
  ppc64: 'ppc64',
  ppc64le: 'ppc64',
  s390x: 's390x',
  riscv64: 'riscv64',
  loong64: 'loong64',
  mips64el: 'mips64el',
  wasm32: 'wasm32',
};

/** What a platform package's name says of where it runs: `@swc/core-linux-arm64-musl`. */
function platformOf(name) {
  if (name === 'fsevents') return { os: ['darwin'] };
  const words = name.split(/[/-]/);
  const os = words.map((word) => systems[word]).find(Boolean);
  const cpu = words.map((word) => processors[word]).find(Boolean);
  const libc = words.includes('musl')
    ? ['musl']
    : words.some((word) => word.startsWith('gnu'))
      ? ['glibc']
      : undefined;
  return { ...(cpu && { cpu: [cpu] }), ...(os === 'linux' && libc && { libc }), ...(os && { os: [os] }) };
}

const nameOf = (path) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);

/** The hash that the registry publishes for a version; undefined when it does not serve it. */
async function integrityOf(name, version) {
  try {
    const { stdout } = await promisify(execFile)('npm', [
      'view',
      `${name}@${version}`,
      'dist.integrity',
      '--json',
    ]);
    const integrity = stdout.trim() === '' ? undefined : JSON.parse(stdout);
    return typeof integrity === 'string' && /^sha512-[\w+/]{86}==$/.test(integrity) ? integrity : undefined;
  } catch (error) {
    // Not to be reached is something else than not to have it.
    if (/\bE404\b/.test(`${error.stdout}${error.stderr}`)) return undefined;
    throw error;
  }
}

const added = [];
for (const [path, entry] of Object.entries(lock.packages)) {
  for (const [name, range] of Object.entries(entry.optionalDependencies ?? {})) {
    const nested = path === '' ? undefined : `${path}/node_modules/${name}`;
    const hoisted = `node_modules/${name}`;
    if ((nested && lock.packages[nested]) || lock.packages[hoisted]) continue;
    const version = range.replace(/^[~^]/, '');
    if (!/^\d+\.\d+\.\d+/.test(version))
      throw new Error(`${name} is wanted as ${range}: no version to write down`);
    lock.packages[hoisted] = {
      version,
      ...platformOf(name),
      ...(entry.dev && { dev: true }),
      optional: true,
    };
    added.push(`${name}@${version}`);
  }
}

const bare = Object.entries(lock.packages).filter(
  ([path, { integrity, link }]) => path !== '' && integrity === undefined && link !== true,
);
const hashed = [];
const leftOut = [];
const ask = async () => {
  for (let next = bare.pop(); next !== undefined; next = bare.pop()) {
    const [path, entry] = next;
    const name = nameOf(path);
    const integrity = await integrityOf(name, entry.version);
    if (integrity === undefined && entry.optional !== true)
      throw new Error(`${name}@${entry.version} is needed, and the registry says no hash of it`);
    if (integrity === undefined) leftOut.push(name);
    else hashed.push(name);
    const { version, ...rest } = entry;
    lock.packages[path] = { version, integrity, ...rest };
  }
};
await Promise.all([ask(), ask(), ask(), ask()]);
for (const name of leftOut) {
  delete lock.packages[`node_modules/${name}`];
  for (const entry of Object.values(lock.packages)) delete entry.optionalDependencies?.[name];
}

const { '': root, ...others } = lock.packages;
const sorted = Object.fromEntries(Object.entries(others).sort(([a], [b]) => (a < b ? -1 : 1)));
lock.packages = { '': root, ...sorted };
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
const lines = [
  ...(added.length === 0 ? [] : [`Added ${added.length}: ${added.join(', ')}`]),
  ...(hashed.length === 0 ? [] : [`Completed with a hash: ${hashed.length}`]),
  ...(leftOut.length === 0 ? [] : [`Left out, as the registry says no hash of them: ${leftOut.join(', ')}`]),
];
process.stdout.write(`${lines.length === 0 ? 'The lock file is complete.' : lines.join('\n')}\n`);
