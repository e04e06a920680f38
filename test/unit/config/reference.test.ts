import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { z } from 'zod';
import { loadSettings } from '../../../config';
import type { Setting } from '../../../config/setting';
import { settingList } from '../../../config/setting-list';
import { tenantDefaults, tenantSchema } from '../../../config/tenant-schema';

const root = join(__dirname, '..', '..', '..');
const example = readFileSync(join(root, '.env.example'), 'utf8');
const reference = readFileSync(join(root, 'docs', 'configuration.md'), 'utf8');

/** The cells of a setting's row, without Markdown. */
function rowOf(name: string): readonly string[] {
  const row = reference.split('\n').find((line) => line.startsWith(`| \`${name}\` `)) ?? '';
  const plain = row.replaceAll('`', '').replaceAll(/\[([^\]]+)\]\([^)]+\)/g, '$1');
  return plain
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());
}

describe.each<Setting>(settingList)('$name', (setting) => {
  it('is described in docs/configuration.md as in the code, cell by cell', () => {
    const [, meaning, expected, fallback] = rowOf(setting.name);
    // The page may say more, such as where to read on.
    const start = setting.meaning.replace(/\.$/, '');
    expect(meaning?.slice(0, start.length)).toBe(start);
    expect(expected).toBe(setting.expected);
    const none = setting.required === true ? 'none: required where used' : 'none';
    expect(fallback).toBe(setting.fallback ?? none);
  });

  it('is in .env.example with its example and its default', () => {
    const lines = example.split('\n');
    const at = lines.findIndex((line) => line.replace(/^# /, '').startsWith(`${setting.name}=`));
    expect(lines[at]?.replace(/^# /, '')).toBe(`${setting.name}=${setting.example}`);
    const above = lines.slice(0, at).findLast((line) => !/^# [A-Z0-9_]+=/.test(line));
    if (setting.fallback !== undefined) expect(above).toMatch(` Default: ${setting.fallback}`);
    else expect(above).toMatch(setting.required === true ? ' Required.' : / Optional\.| Default: /);
  });
});

it.each(Object.keys(tenantSchema.shape))('the tenants file’s %s is in docs/configuration.md', (key) => {
  expect(reference).toMatch(new RegExp(`^\\|[^|]*\`${key}\``, 'm'));
});

it.each(Object.entries(tenantDefaults))('docs/configuration.md gives the default of %s', (key, value) => {
  const row = reference.split('\n').find((line) => line.startsWith(`| \`${key}\``));
  const shown = Array.isArray(value) ? `[${value.join(', ')}]` : String(value);
  expect(row).toContain(`\`${shown}\``);
});

it.each(numbersOfTenants())('docs/configuration.md gives the range of %s', (key, least, most) => {
  const row = reference.split('\n').find((line) => line.startsWith(`| \`${key}\``)) ?? '';
  expect(row.replaceAll(/(?<=\d),(?=\d{3})/g, '')).toContain(`${least} to ${most}`);
});

/** The whole and other numbers of a tenant's entry, with their ranges. */
function numbersOfTenants(): readonly (readonly [string, number, number])[] {
  const schema = z.toJSONSchema(tenantSchema, { unrepresentable: 'any', io: 'input' });
  return Object.entries(schema.properties ?? {}).flatMap(([key, value]) => {
    if (typeof value === 'boolean' || value.minimum === undefined || value.maximum === undefined) return [];
    return [[key, value.minimum, value.maximum] as const];
  });
}

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
