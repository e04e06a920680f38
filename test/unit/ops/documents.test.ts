import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { settingList } from '../../../config/setting-list';
import { tenantSchema } from '../../../config/tenant-schema';
import { cxoneErrors } from '../../../errors';
import { names as checkNames } from '../client/check/checked';
import { composeFile, repository, textOf } from './compose-file';

const documents = [
  ...[
    'architecture.md',
    'configuration.md',
    'data-dictionary.md',
    'deploying.md',
    'onboarding.md',
    'quirks.md',
  ],
  ...['recordings.md', 'runbook.md', 'simulator.md', 'trials.md', 'decisions/README.md'],
].map((name) => [name, textOf('docs', name)] as const);
const deploying = textOf('docs', 'deploying.md');
const onboarding = textOf('docs', 'onboarding.md');

/** The cells of the rows of the table that follows `heading`, its heads left out. */
function tableAfter(text: string, heading: string): readonly (readonly string[])[] {
  const [table = ''] = /^\|[^\0]*?\n(?!\|)/m.exec(text.slice(text.indexOf(heading))) ?? [];
  return table
    .trim()
    .split('\n')
    .slice(2)
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

describe.each(documents)('docs/%s', (name, text) => {
  it('links to files that exist', () => {
    for (const [, target = ''] of text.matchAll(/\]\((?!https?:)([^)#]+)/g)) {
      expect([target, existsSync(join(repository, 'docs', dirname(name), target))]).toEqual([target, true]);
    }
  });

  it('names files of this repository that exist', () => {
    const folders =
      'activities|client|config|cxone|errors|local|network|ops|simulator|store|tools|workers|workflows|test';
    for (const [, path = ''] of text.matchAll(new RegExp(`\`((?:${folders})/[\\w./-]*)\``, 'g'))) {
      expect([path, existsSync(join(repository, path))]).toEqual([path, true]);
    }
  });

  it('shows tenants files that would be accepted', () => {
    const blocks = [...text.matchAll(/```json\n([\s\S]*?)```/g)].map(([, json = '']) => json);
    // Parts of a file, and what commands print, are shown as well.
    for (const json of blocks.filter((block) => block.includes('"tenants"'))) {
      const { tenants } = JSON.parse(json) as { readonly tenants: Readonly<Record<string, unknown>> };
      for (const tenant of Object.values(tenants))
        expect(tenantSchema.safeParse(tenant).error).toBeUndefined();
    }
  });
});

describe('the version', () => {
  const { version } = JSON.parse(textOf('package.json')) as { readonly version: string };

  it('is the newest one of the changelog', () => {
    expect(/^## \[([\d.]+)\] — \d{4}-\d{2}-\d{2}$/m.exec(textOf('CHANGELOG.md'))?.[1]).toBe(version);
  });

  it('is that of the lock file and of the image', () => {
    const lock = JSON.parse(textOf('package-lock.json')) as { readonly version: string };
    expect(lock.version).toBe(version);
    expect(textOf('docker-compose.yml')).toContain(`image: cxone-sync:${version}\n`);
  });
});

describe('docs/deploying.md', () => {
  it('describes every service of the stack, and what it keeps', () => {
    const { services, volumes } = composeFile();
    const rows = tableAfter(deploying, '# Deploying');
    expect(rows.map(([service]) => service)).toEqual(
      Object.keys(services).map((service) => `\`${service}\``),
    );
    for (const volume of Object.keys(volumes)) {
      expect(rows.some(([, , keeps]) => keeps?.includes(`\`${volume}\``))).toBe(true);
    }
  });

  it('describes every secret of the stack', () => {
    const rows = tableAfter(deploying, '## Settings and secrets').map(([file]) => file);
    for (const secret of Object.keys(composeFile().secrets)) expect(rows).toContain(`\`secrets/${secret}\``);
  });

  it('names settings that exist', () => {
    const known: readonly string[] = settingList.map(({ name }) => name);
    const ofOthers = [
      'NODE_EXTRA_CA_CERTS',
      'TEMPORAL_RETENTION',
      'NUM_HISTORY_SHARDS',
      'PROMETHEUS_ENDPOINT',
    ];
    for (const [, name = ''] of deploying.matchAll(/`([A-Z]+(?:_[A-Z]+)+)`/g)) {
      expect([...known, ...ofOthers]).toContain(name.replace(/_FILE$/, known.includes(name) ? '_FILE' : ''));
    }
  });

  it('says what was not tried', () => {
    expect(deploying).toContain('The images themselves were not started.');
  });
});

describe('docs/onboarding.md', () => {
  it('names every permission that the customer has to give', () => {
    for (const permission of [
      'ACD → ACD → View',
      'Agent View or Supervisor View',
      'Interactions Hub Permissions',
      'Admin → Employees → View',
      'Search interactions: On',
      'Export search results: On',
      'View evaluations: Enabled (Scores & Evaluators)',
      'Play/download recordings: Enabled (Play Any & Download)',
      'View sentiments and categories: On',
      'Extract interaction metadata: On',
    ]) {
      expect(onboarding).toContain(permission);
    }
  });

  const checks = sourcesOf('client/check');
  const findings = [...checks.matchAll(/\bcode: '([A-Z]\w+)'/g)].map(([, code = '']) => code);
  const section = onboarding.slice(onboarding.indexOf('## 6. Check'), onboarding.indexOf('## 7.'));

  it('explains everything that check may find, and nothing else', () => {
    expect(findings.length).toBeGreaterThan(10);
    for (const code of findings) expect(section).toContain(`\`${code}\``);
    for (const [, code = ''] of section.matchAll(/`([A-Z][a-z]+[A-Z]\w+)`/g)) {
      expect([...findings, ...Object.keys(cxoneErrors)]).toContain(code);
    }
  });

  it('describes every check by its name, in order', () => {
    const described = tableAfter(onboarding, '## 6. Check').map(([name]) => name?.replaceAll('`', ''));
    // The last one is tried where this machine has settings of a storage (client/check/storage.ts).
    expect(described).toEqual([...checkNames, 'recordings-storage']);
  });
});

/** The text of the TypeScript files of a folder. */
function sourcesOf(folder: string): string {
  const files = readdirSync(join(repository, folder)).filter((file) => file.endsWith('.ts'));
  return files.map((file) => textOf(folder, file)).join('\n');
}

describe('docs/decisions/README.md', () => {
  it('gives a reason and an alternative for every choice', () => {
    const rows = textOf('docs', 'decisions', 'README.md')
      .split('\n')
      .filter((line) => line.startsWith('| ') && !line.startsWith('| choice') && !line.startsWith('| -'));
    expect(rows.length).toBeGreaterThan(25);
    for (const row of rows) {
      const cells = row.split(/(?<!\\)\|/).slice(1, -1);
      expect([row, cells.length]).toEqual([row, 3]);
      for (const cell of cells) expect(cell.trim()).not.toBe('');
    }
  });
});
