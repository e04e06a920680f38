import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const root = join(__dirname, '..', '..');

interface Finding {
  readonly code: string;
  readonly help: string;
  readonly filename: string;
}

/** Files of an offender's house, by path; folders are layers, as in ours. */
const offenders: Readonly<Record<string, string>> = {
  'store/index.ts': 'export const openStore = (): number => 1;\n',
  'cxone/index.ts': 'export const createCxoneClient = (): number => 1;\n',
  'errors/index.ts': "export { row } from './its-own';\n",
  'errors/its-own.ts': 'export const row = 1;\n',
  'errors/the-store.ts': "import { openStore } from '../store';\nexport const n = openStore();\n",
  'errors/node.ts': "import { types } from 'node:util';\nexport const n = types;\n",
  'simulator/our-errors.ts': "import { row } from '../errors';\nexport const n = row;\n",
  'store/table-of-errors.ts': "import { row } from '../errors';\nexport const n = row;\n",
  'workflows/table-of-errors.ts': "import { row } from '../errors';\nexport const n = row;\n",
  'config/index.ts': 'export const loadSettings = (): number => 1;\n',
  'activities/index.ts':
    'export const createActivities = (): number => 1;\nexport type Activities = number;\n',
  'workflows/types-of-activities.ts':
    "import type { Activities } from '../activities';\nexport const n = (activities: Activities): Activities => activities;\n",
  'workflows/values-of-activities.ts':
    "import { createActivities } from '../activities';\nexport const n = createActivities();\n",
  'workflows/deep/values-of-activities.ts':
    "import { createActivities } from '../../activities';\nexport const n = createActivities();\n",
  'workflows/the-store.ts': "import { openStore } from '../store';\nexport const n = openStore();\n",
  'workflows/a-file.ts': "import { readFileSync } from 'node:fs';\nexport const n = readFileSync('x');\n",
  'workflows/old-built-in.ts': "import { randomUUID } from 'crypto';\nexport const n = randomUUID();\n",
  'workflows/the-client.ts': "import { Client } from '@temporalio/client';\nexport const n = new Client();\n",
  'activities/the-settings.ts':
    "import { loadSettings } from '../config';\nexport const n = loadSettings();\n",
  'activities/deep/the-settings.ts':
    "import { loadSettings } from '../../config';\nexport const n = loadSettings();\n",
  'cxone/the-store.ts': "import { openStore } from '../store';\nexport const n = openStore();\n",
  'network/the-store.ts': "import { openStore } from '../store';\nexport const n = openStore();\n",
  'cxone/postgres.ts': "import { Pool } from 'pg';\nexport const n = new Pool();\n",
  'store/the-api.ts':
    "import { createCxoneClient } from '../cxone';\nexport const n = createCxoneClient();\n",
  'store/deep/the-api.ts':
    "import { createCxoneClient } from '../../cxone';\nexport const n = createCxoneClient();\n",
  'store/requests.ts': "import axios from 'axios';\nexport const n = axios.create();\n",
  'simulator/the-api.ts':
    "import { createCxoneClient } from '../cxone';\nexport const n = createCxoneClient();\n",
  'simulator/a-package.ts': "import { z } from 'zod';\nexport const n = z.string();\n",
  'simulator/a-scoped-package.ts':
    "import { Client } from '@temporalio/client';\nexport const n = new Client();\n",
  'simulator/a-built-in.ts':
    "import { createHash } from 'node:crypto';\nexport const n = createHash('sha256');\n",
  'simulator/its-own.ts': "import { n } from './a-built-in';\nexport const m = n;\n",
  'config/the-store.ts': "import { openStore } from '../store';\nexport const n = openStore();\n",
  'client/everything.ts': "import { openStore } from '../store';\nexport const n = openStore();\n",
  'client/floating.ts':
    'const later = async (): Promise<number> => 1;\nexport function now(): void {\n  later();\n}\n',
  'client/awaited.ts':
    'const later = async (): Promise<number> => 1;\nexport async function now(): Promise<void> {\n  await later();\n}\n',
  'client/any-thing.ts': 'export const n = (given: any): number => given.length;\n',
  'client/hen.ts': "import type { Egg } from './egg';\nexport interface Hen {\n  readonly egg: Egg;\n}\n",
  'client/egg.ts': "import type { Hen } from './hen';\nexport interface Egg {\n  readonly hen: Hen;\n}\n",
  'client/printing.ts': "export function say(): void {\n  console.log('x');\n}\n",
};

let folder: string;
let findings: readonly Finding[];

// One run over all of them, in a house of its own: our rules, our packages, and nothing left behind in the tree.
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cxone-sync-layers-'));
  for (const [path, text] of Object.entries(offenders)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  for (const file of ['.oxlintrc.json', 'tsconfig.json']) copyFileSync(join(root, file), join(folder, file));
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [join(root, 'node_modules', 'oxlint', 'bin', 'oxlint'), '--type-aware', '--format=json'],
    { cwd: folder, encoding: 'utf8' },
  );
  if (!stdout.trimStart().startsWith('{')) throw new Error(`oxlint did not run: ${stdout}${stderr}`);
  findings = (JSON.parse(stdout) as { readonly diagnostics: readonly Finding[] }).diagnostics;
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The findings against a file, as rule names. */
const against = (path: string): readonly string[] =>
  findings.filter(({ filename }) => filename.endsWith(path)).map(({ code }) => code);

describe('imports go one way', () => {
  const refused = Object.keys(offenders).filter(
    (path) => !path.startsWith('client/') && !/index|types-of|table-of|a-built-in|its-own/.test(path),
  );

  it.each(refused)('%s is refused', (path) => {
    expect(against(path)).toEqual([expect.stringContaining('no-restricted-imports')]);
  });

  it.each([
    'workflows/types-of-activities.ts',
    'simulator/a-built-in.ts',
    'simulator/its-own.ts',
    'errors/index.ts',
    'store/table-of-errors.ts',
    'workflows/table-of-errors.ts',
    'client/everything.ts',
  ])('%s is allowed', (path) => {
    expect(against(path)).toEqual([]);
  });

  it('and the message says why', () => {
    const { help } = findings.find(({ filename }) => filename.endsWith('cxone/the-store.ts')) ?? {
      help: '',
    };
    expect(help).toContain('imports go one way');
  });
});

describe('what a reviewer should not have to look for', () => {
  it.each([
    ['a promise that is not awaited', 'client/floating.ts', 'no-floating-promises'],
    ['any', 'client/any-thing.ts', 'no-explicit-any'],
    ['console.log', 'client/printing.ts', 'no-console'],
    ['a cycle of imports, be it of types only', 'client/hen.ts', 'no-cycle'],
  ])('%s is refused', (_what, path, rule) => {
    expect(against(path)).toEqual([expect.stringContaining(rule)]);
  });

  it('is nothing in code that waits', () => {
    expect(against('client/awaited.ts')).toEqual([]);
  });
});
