import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { z } from 'zod';
import { readSecretFile } from './environment';
import type { Environment } from './environment';
import { nearest, quoted, SettingsError } from './problems';
import type { Problem } from './problems';
import { withoutRemoved } from './removed-settings';
import { knownKeys, tenantSchema } from './tenant-schema';
import type { SecretReference, TenantEntry } from './tenant-schema';

/** One tenant, checked, with defaults filled in and its secrets read. Usable as a CXone connection as it is. */
export interface Tenant extends Omit<
  TenantEntry,
  'clientSecret' | 'accessKeySecret' | 'timeoutSeconds' | 'recordingKeys'
> {
  readonly tenant: string;
  /** Absent only where `authentication` is `access_key`. */
  readonly clientSecret?: string;
  readonly accessKeySecret: string;
  /** The first encrypts new recordings, all decrypt; 32 bytes each. Empty: recordings are not encrypted. */
  readonly recordingKeys: readonly { readonly id: string; readonly key: Uint8Array }[];
  /** The longest one API call may take. */
  readonly timeoutMs: number;
}

const tenantId = /^[a-z0-9][a-z0-9_-]{0,62}$/;

/**
 * Reads the tenants file and the secrets it refers to (`{"env": "NAME"}`, or `{"file": "path"}` relative to it).
 * @throws SettingsError with every problem there is; no message holds a value that could be a secret
 */
export function loadTenants(file: string, env: Environment): ReadonlyMap<string, Tenant> {
  const problems: Problem[] = [];
  const tenants = new Map<string, Tenant>();
  for (const [id, given] of entriesOf(readJsonFile(file))) {
    const path = `tenants.${id}`;
    const { entry, refused: removed } = withoutRemoved(given, path);
    problems.push(...removed);
    if (!tenantId.test(id)) {
      problems.push({
        name: path,
        problem: 'is not usable as the id of a tenant',
        expected: 'lower-case letters, digits, _ and -, at most 63, starting with a letter or digit',
        remedy: 'Rename the tenant.',
      });
    }
    const parsed = tenantSchema.safeParse(entry);
    if (!parsed.success) {
      problems.push(...parsed.error.issues.flatMap((issue) => explain(issue, path, entry)));
    }
    problems.push(...withoutApplication(entry, path));
    if (!parsed.success) continue;
    problems.push(...insecureIssuer(parsed.data, path), ...withoutListing(parsed.data, path));
    const secret = (key: string, reference: SecretReference) => {
      const found = readSecret(reference, `${path}.${key}`, dirname(file), env);
      if (typeof found === 'string') return found;
      problems.push(found);
      return '';
    };
    const { timeoutSeconds, clientSecret, accessKeySecret, recordingKeys, ...rest } = parsed.data;
    tenants.set(id, {
      ...rest,
      tenant: id,
      ...(clientSecret === undefined ? {} : { clientSecret: secret('clientSecret', clientSecret) }),
      accessKeySecret: secret('accessKeySecret', accessKeySecret),
      recordingKeys: recordingKeys.map(({ id: keyId, key }, place) => {
        const name = `recordingKeys.${place}.key`;
        const bytes = keyBytes(secret(name, key));
        if (bytes === null) problems.push(notAKey(`${path}.${name}`));
        return { id: keyId, key: bytes ?? new Uint8Array(32) };
      }),
      timeoutMs: timeoutSeconds * 1_000,
    });
  }
  if (problems.length > 0) throw new SettingsError(problems);
  return tenants;
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
      'Mend the file; a missing or extra comma is the usual reason.',
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

function keyBytes(text: string): Uint8Array | null {
  // A secret that could not be read has its own problem.
  if (text === '') return new Uint8Array(32);
  const bytes = Buffer.from(text.trim(), 'base64');
  const same = bytes.toString('base64') === text.trim();
  return same && bytes.length === 32 ? bytes : null;
}

function notAKey(name: string): Problem {
  return {
    name,
    problem: 'refers to something that is no key (its value is not shown)',
    expected: '32 bytes in base64, such as `openssl rand -base64 32` prints',
    remedy: 'Make a key so; docs/recordings.md tells how to keep and change keys.',
  };
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

/** Calls that nobody lists would stay pending for ever. */
function withoutListing({ recordings, recordingSource, extract }: TenantEntry, tenant: string): Problem[] {
  if (!recordings || recordingSource !== 'listed' || extract.interactionMetadata) return [];
  return [
    {
      name: `${tenant}.recordingSource`,
      problem: 'is "listed", but the interaction metadata that lists recordings is not extracted',
      expected: '"listed" together with "extract": {"interactionMetadata": true}',
      remedy:
        'Switch interactionMetadata on in extract (CXone asks for the permission Extract interaction metadata), ' +
        'or set recordingSource to "look-up".',
    },
  ];
}

function readSecret(
  reference: SecretReference,
  name: string,
  folder: string,
  env: Environment,
): string | Problem {
  if ('env' in reference) {
    return (
      env[reference.env] || {
        name,
        problem: `refers to the environment variable ${reference.env}, which is not set`,
        expected: 'a variable that holds the secret',
        remedy: `Set ${reference.env} where this program is started.`,
      }
    );
  }
  const path = resolve(folder, reference.file);
  return (
    readSecretFile(path) || {
      name,
      problem: `refers to the file ${path}, which is empty or cannot be read`,
      expected: 'a file that holds the secret and nothing else',
      remedy: 'Create the file (paths are relative to the tenants file) and let this user read it.',
    }
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
