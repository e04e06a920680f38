import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadSettings } from '../../../config';
import { settingList } from '../../../config/setting-list';
import { tenantDefaults, tenantSchema } from '../../../config/tenant-schema';
import { parseEnv } from 'node:util';

const root = join(__dirname, '..', '..', '..');
const example = readFileSync(join(root, '.env.example'), 'utf8');
const reference = readFileSync(join(root, 'docs', 'configuration.md'), 'utf8');

it.each(settingList.map(({ name }) => name))('%s is in .env.example and in docs/configuration.md', (name) => {
  expect(example).toMatch(new RegExp(`^(?:# )?${name}=`, 'm'));
  expect(reference).toContain(`| \`${name}\``);
});

it.each(Object.keys(tenantSchema.shape))('the tenants file’s %s is in docs/configuration.md', (key) => {
  expect(reference).toMatch(new RegExp(`^\\|[^|]*\`${key}\``, 'm'));
});

it.each(Object.entries(tenantDefaults))('docs/configuration.md tells the default of %s', (key, value) => {
  const row = reference.split('\n').find((line) => line.startsWith(`| \`${key}\``));
  const shown = Array.isArray(value) ? `[${value.join(', ')}]` : String(value);
  expect(row).toContain(`\`${shown}\``);
});

it('.env.example names no setting that does not exist', () => {
  const names = [...example.matchAll(/^(?:# )?([A-Z0-9_]+)=/gm)].map((match) => match[1]);
  expect(new Set(names)).toEqual(new Set(settingList.map(({ name }) => name)));
});

it('.env.example can be used as it is, and with everything in it switched on', () => {
  const needs = [
    'tenants',
    'database',
    'recordings',
    'network',
    'temporal',
    'temporalUi',
    'worker',
    'logging',
  ] as const;
  for (const text of [example, example.replace(/^# ([A-Z0-9_]+=)/gm, '$1')]) {
    expect(Object.keys(loadSettings(parseEnv(text) as Record<string, string>, needs))).toEqual([...needs]);
  }
});
