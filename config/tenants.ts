import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { z } from 'zod';
import type { Environment } from './environment';
import { nearest, type Problem, quoted, SettingsError } from './problems';
import { type ProxySettings, readProxies } from './proxies';
import { contradictingCalls, type RecordedCalls, recordedCallsOf, withoutListing } from './recorded-calls';
import { withoutRemoved } from './removed-settings';
import { knownKeys, type TenantEntry, tenantSchema } from './tenant-schema';
import { readSecrets, type TenantSecrets, unreadableSecrets } from './tenant-secrets';

/** A tenant without its secrets, which are read where they are needed only. */
export interface TenantSettings extends Omit<
  TenantEntry,
  keyof TenantSecrets | 'timeoutSeconds' | 'recordedCalls' | 'recordingSource'
> {
  readonly tenant: string;
  /** The same for all tenants: what `HTTPS_PROXY` and its like say. Absent where there is none. */
  readonly proxies?: ProxySettings;
  /** Which calls are asked about. */
  readonly recordedCalls: RecordedCalls;
  /** The longest one API call may take. */
  readonly timeoutMs: number;
}

/**
 * One tenant, checked, with defaults filled in and its secrets read. Usable as a CXone connection as it is. Its client
 * secret is absent only where `authentication` is `access_key`; the first of its recording keys encrypts new recordings,
 * all decrypt, 32 bytes each; without any, recordings are not encrypted.
 */
export interface Tenant extends TenantSettings, TenantSecrets {}

/** The entries of a tenants file; one that is not in order does not affect the others. */
export interface TenantsFile<T = Tenant> {
  /** The entries that are in order, by name. */
  readonly tenants: ReadonlyMap<string, T>;
  /** Everything that is wrong with the others, by name (code `TenantMisconfigured`). No message holds a secret. */
  readonly misconfigured: ReadonlyMap<string, readonly Problem[]>;
}

const tenantId = /^[a-z0-9][a-z0-9_-]{0,62}$/;

/**
 * Reads the tenants file and the secrets it refers to (`{"env": "NAME"}`, or `{"file": "path"}` relative to it).
 * @throws SettingsError for what concerns all tenants: a proxy that is wrong, a file that cannot be read, is no JSON, has no tenants, or a key
 *   besides them
 */
export function loadTenants(file: string, env: Environment): TenantsFile {
  const places = { file, env };
  const wrong: Problem[] = [];
  const proxies = readProxies(env, (problem) => void wrong.push(problem));
  if (wrong.length > 0) throw new SettingsError(wrong);
  const network = proxies === null ? {} : { proxies };
  return read(file, {
    complete(entry, tenant) {
      const { secrets, problems } = readSecrets(entry, tenant, places);
      return { tenant: { ...settingsOf(entry, tenant), ...network, ...secrets }, problems };
    },
    moreProblems: (given, tenant) => unreadableSecrets(given, tenant, places),
  });
}

/** The same without secrets: one that cannot be read is no problem then. @throws SettingsError as `loadTenants` */
export function loadTenantSettings(file: string): TenantsFile<TenantSettings> {
  return read(file, {
    complete: (entry, tenant) => ({ tenant: settingsOf(entry, tenant), problems: [] }),
    moreProblems: () => [],
  });
}

/** How an entry becomes a tenant. */
interface EntryReader<T> {
  /** Of an entry that is valid by itself. */
  readonly complete: (
    entry: TenantEntry,
    id: string,
  ) => { readonly tenant: T; readonly problems: readonly Problem[] };
  /** What else is wrong with one that is not. */
  readonly moreProblems: (given: unknown, id: string) => readonly Problem[];
}

function read<T>(file: string, { complete, moreProblems }: EntryReader<T>): TenantsFile<T> {
  const tenants = new Map<string, T>();
  const misconfigured = new Map<string, readonly Problem[]>();
  for (const [id, given] of entriesOf(readJsonFile(file))) {
    const { entry, problems } = check(id, given);
    const completed = entry === null ? null : complete(entry, id);
    const all = [...problems, ...(completed === null ? moreProblems(given, id) : completed.problems)];
    if (completed !== null && all.length === 0) tenants.set(id, completed.tenant);
    else misconfigured.set(id, all);
  }
  return { tenants, misconfigured };
}

/** An entry as parsed; null when it does not parse. */
function check(
  id: string,
  given: unknown,
): { readonly entry: TenantEntry | null; readonly problems: readonly Problem[] } {
  const path = `tenants.${id}`;
  const { entry, refused: removed } = withoutRemoved(given, path);
  const parsed = tenantSchema.safeParse(entry);
  const problems = [
    ...removed,
    ...(tenantId.test(id) ? [] : [unusableId(path)]),
    ...(parsed.success ? [] : parsed.error.issues.flatMap((issue) => explain(issue, path, entry))),
    ...withoutApplication(entry, path),
    ...(parsed.success
      ? [insecureIssuer, withoutListing, contradictingCalls].flatMap((find) => find(parsed.data, path))
      : []),
  ];
  return { entry: parsed.success ? parsed.data : null, problems };
}

function unusableId(path: string): Problem {
  return {
    name: path,
    problem: 'is not usable as the id of a tenant',
    expected: 'lower-case letters, digits, _ and -, at most 63, starting with a letter or digit',
    remedy: 'Rename the tenant.',
  };
}

function settingsOf(entry: TenantEntry, tenant: string): TenantSettings {
  const {
    timeoutSeconds,
    recordingSource: _older,
    clientSecret: _id,
    accessKeySecret: _key,
    recordingKeys: _keys,
    ...rest
  } = entry;
  return { ...rest, tenant, recordedCalls: recordedCallsOf(entry), timeoutMs: timeoutSeconds * 1_000 };
}

/** @throws SettingsError when the file cannot be read or is no JSON; the text itself may hold secrets and is not quoted */
function readJsonFile(file: string): unknown {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const { code = 'unreadable' } = error as NodeJS.ErrnoException;
    throw refused(
      `names a file that cannot be read: ${resolve(file)} (${code})`,
      'Create it as docs/configuration.md shows, or set TENANTS_FILE to where it is.',
    );
  }
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    const at = /position (\d+)/.exec(error instanceof Error ? error.message : '')?.[1];
    const line = at === undefined ? '' : ` in line ${text.slice(0, Number(at)).split('\n').length}`;
    throw refused(
      `names a file that is not JSON${line}: ${resolve(file)}`,
      'Correct the file; a missing or extra comma is the usual reason.',
    );
  }
}

function entriesOf(content: unknown): ReadonlyArray<[string, unknown]> {
  const remedy = 'Write the file as docs/configuration.md shows.';
  if (!isObject(content) || !isObject(content['tenants']))
    throw refused('names a file without the object "tenants"', remedy);
  const unknown = Object.keys(content).filter((key) => key !== 'tenants' && key !== '$schema');
  if (unknown.length > 0)
    throw new SettingsError(unknown.map((key) => unknownKey(key, key, knownKeys[''] ?? [])));
  const entries = Object.entries(content['tenants']);
  if (entries.length === 0) throw refused('names a file without any tenant', remedy);
  return entries;
}

function refused(problem: string, remedy: string): SettingsError {
  return new SettingsError([
    { name: 'TENANTS_FILE', problem, expected: 'a JSON file {"tenants": {"id": {…}}}', remedy },
  ]);
}

/** Turns what the schema found into problems; a value is quoted only where it cannot be a secret. */
function explain(issue: z.core.$ZodIssue, tenant: string, entry: unknown): Problem[] {
  const keys = issue.path.map(String);
  const name = [tenant, ...keys].join('.');
  const top = keys[0] ?? '';
  const ofRecordingKey = top === 'recordingKeys' && keys[2] === 'key';
  if (top === 'clientSecret' || top === 'accessKeySecret' || ofRecordingKey) {
    const missing = isObject(entry) && entry[top] === undefined;
    return [
      {
        name: ofRecordingKey ? `${tenant}.${keys.slice(0, 3).join('.')}` : `${tenant}.${top}`,
        problem: missing ? 'is missing' : 'is not a reference (its value is not shown)',
        expected: '{"env": "NAME"} or {"file": "path"}',
        remedy: `Put the secret into an environment variable or a file of its own and refer to it; secrets do not belong in the tenants file.`,
      },
    ];
  }
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) =>
      unknownKey(`${name}.${key}`, key, knownKeys[keys.length === 0 ? 'tenant' : listed(keys)] ?? []),
    );
  }
  const given = keys.reduce<unknown>(
    (value, key) =>
      isObject(value) || Array.isArray(value) ? (value as Record<string, unknown>)[key] : undefined,
    entry,
  );
  return [
    {
      name,
      problem:
        given === undefined
          ? 'is missing'
          : // An address that failed the second check holds a password or a query: the rest of it is not shown either.
            top === 'issuer' && issue.code === 'custom'
            ? 'has a part that does not belong there (its value is not shown)'
            : `is ${quoted(given)}`,
      expected: issue.message.startsWith('must ') ? `a value that ${issue.message}` : issue.message,
      remedy: `Change it in the tenants file (docs/configuration.md lists all keys).`,
    },
  ];
}

/** Of a key in a list's element: the list. */
function listed(keys: readonly string[]): string {
  return keys.findLast((key) => !/^\d+$/.test(key)) ?? '';
}

function unknownKey(name: string, key: string, known: readonly string[]): Problem {
  const guess = nearest(key, known);
  return {
    name,
    problem: 'is not a known key',
    expected: known.length > 8 ? 'one of the keys in docs/configuration.md' : `one of ${known.join(', ')}`,
    remedy: guess === null ? 'Remove it.' : `Did you mean ${guess}?`,
  };
}

/** What a tenant lacks that goes the usual way, by a registered application. */
function withoutApplication(entry: unknown, tenant: string): Problem[] {
  if (!isObject(entry) || entry['authentication'] === 'access_key') return [];
  return (['clientId', 'clientSecret'] as const)
    .filter((key) => entry[key] === undefined)
    .map((key) => ({
      name: `${tenant}.${key}`,
      problem: 'is missing',
      expected: key === 'clientId' ? 'the id from NICE’s e-mail' : '{"env": "NAME"} or {"file": "path"}',
      remedy:
        'Add it, or set "authentication" to "access_key" where there is an access key and no registered application.',
    }));
}

function insecureIssuer({ issuer, allowInsecureHosts }: TenantEntry, tenant: string): Problem[] {
  const url = new URL(issuer);
  if (
    url.protocol === 'https:' ||
    allowInsecureHosts.some((host) => host === url.hostname || host === url.host)
  )
    return [];
  return [
    {
      name: `${tenant}.issuer`,
      problem: `is ${quoted(issuer)}, which would send the credentials unprotected`,
      expected: 'an https address',
      remedy: `Use https, or add "${url.hostname}" to allowInsecureHosts if it is a simulator of yours.`,
    },
  ];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
