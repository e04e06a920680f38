import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { repository, textOf } from './compose-file';

const dockerfile = textOf('Dockerfile').replaceAll('\\\n', ' ');
const stages = dockerfile.split(/^FROM /m).slice(1);
const ignored = textOf('.dockerignore')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'));

describe('Dockerfile', () => {
  it('builds in one stage and runs in another, both on the same pinned Debian image of Node', () => {
    expect(dockerfile).toMatch(/^ARG NODE_IMAGE=node:\d+\.\d+\.\d+-[a-z]+-slim$/m);
    expect(stages).toHaveLength(2);
    for (const stage of stages) expect(stage).toMatch(/^\$\{NODE_IMAGE\}/);
  });

  it('runs a Node that the package supports', () => {
    const major = Number(/NODE_IMAGE=node:(\d+)/.exec(dockerfile)?.[1]);
    const { engines } = JSON.parse(textOf('package.json')) as { readonly engines: { readonly node: string } };
    expect(major).toBeGreaterThanOrEqual(Number(/\d+/.exec(engines.node)?.[0]));
  });

  it('installs what the lock file says and runs no install script of a package', () => {
    expect(stages[0]).toContain('npm ci --ignore-scripts');
    expect(dockerfile).not.toMatch(/npm (?:install|i)\b/);
    expect(stages[0]).toContain('npm prune --omit=dev --omit=optional --ignore-scripts');
  });

  it('runs as an ordinary user who owns nothing but the folder of the recordings', () => {
    const last = stages.at(-1) ?? '';
    expect(last).toMatch(/^USER node$/m);
    expect(last).toContain('install -d -o node -g node -m 700 /var/lib/cxone-sync/recordings');
    expect(last).not.toContain('--chown');
  });

  it('is the command line, and a worker by default', () => {
    const { bin } = JSON.parse(textOf('package.json')) as { readonly bin: Readonly<Record<string, string>> };
    expect(dockerfile).toContain(`ENTRYPOINT ["node", "/app/${bin['cxone-sync']}"]`);
    expect(dockerfile).toContain('CMD ["worker"]');
  });

  it('takes into the final image nothing but the compiled program and what it needs', () => {
    const copied = [...(stages.at(-1) ?? '').matchAll(/^COPY --from=build \/app\/(\S+)/gm)].map(
      ([, path]) => path,
    );
    expect(copied).toEqual(['package.json', 'node_modules', 'dist']);
    expect(dockerfile).not.toMatch(/^ADD /m);
  });
});

describe('.dockerignore', () => {
  it('lets nothing in that it does not name', () => {
    expect(ignored[0]).toBe('*');
    for (const line of ignored.slice(1)) expect(line).toMatch(/^![\w./-]+$/);
  });

  it('names files and folders that exist', () => {
    for (const line of ignored.slice(1))
      expect([line, existsSync(join(repository, line.slice(1)))]).toEqual([line, true]);
  });

  it('lets in every folder that is compiled, and what installs and builds them', () => {
    const { include } = JSON.parse(textOf('tsconfig.json')) as { readonly include: readonly string[] };
    const compiled = include.filter((folder) => folder !== 'test');
    for (const needed of [
      ...compiled,
      'package.json',
      'package-lock.json',
      'tsconfig.json',
      'tools/build.mjs',
    ]) {
      expect(ignored).toContain(`!${needed}`);
    }
  });

  it.each(['secrets', 'tenants.json', '.env', '.data', '.git', 'node_modules', 'test'])(
    'keeps %s out',
    (name) => {
      expect(ignored.some((line) => line.startsWith(`!${name}`))).toBe(false);
    },
  );
});
