import { dirname, resolve } from 'node:path';
import { type Environment, readSecretFile } from './environment';
import type { Problem } from './problems';
import { secretReference, type SecretReference, type TenantEntry } from './tenant-schema';

/** The secrets of a tenant, read from where its entry says. */
export interface TenantSecrets {
  readonly clientSecret?: string;
  readonly accessKeySecret: string;
  readonly recordingKeys: readonly { readonly id: string; readonly key: Uint8Array }[];
}

/** Where secrets are looked for. */
export interface SecretPlaces {
  /** The tenants file: paths are relative to it. */
  readonly file: string;
  readonly env: Environment;
}

/** Reads the secrets of an entry; those that cannot be read are problems, and empty. */
export function readSecrets(
  { clientSecret, accessKeySecret, recordingKeys }: Pick<TenantEntry, keyof TenantSecrets>,
  tenant: string,
  { file, env }: SecretPlaces,
): { readonly secrets: TenantSecrets; readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const path = `tenants.${tenant}`;
  const secret = (key: string, reference: SecretReference) => {
    const found = readSecret(reference, `${path}.${key}`, dirname(file), env);
    if (typeof found === 'string') return found;
    problems.push(found);
    return '';
  };
  const secrets = {
    ...(clientSecret === undefined ? {} : { clientSecret: secret('clientSecret', clientSecret) }),
    accessKeySecret: secret('accessKeySecret', accessKeySecret),
    recordingKeys: recordingKeys.map(({ id, key }, place) => {
      const name = `recordingKeys.${place}.key`;
      const bytes = keyBytes(secret(name, key));
      if (bytes === null) problems.push(notAKey(`${path}.${name}`));
      return { id, key: bytes ?? new Uint8Array(32) };
    }),
  };
  return { secrets, problems };
}

/** Problems with the two secrets of an entry that is wrong in other ways, too: all problems are reported together. */
export function unreadableSecrets(
  entry: unknown,
  tenant: string,
  { file, env }: SecretPlaces,
): readonly Problem[] {
  if (typeof entry !== 'object' || entry === null) return [];
  return (['clientSecret', 'accessKeySecret'] as const).flatMap((key) => {
    const reference = secretReference.safeParse((entry as Readonly<Record<string, unknown>>)[key]);
    if (!reference.success) return [];
    const found = readSecret(reference.data, `tenants.${tenant}.${key}`, dirname(file), env);
    return typeof found === 'string' ? [] : [found];
  });
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
    remedy: 'Make a key this way; docs/recordings.md says how to keep and change keys.',
  };
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
