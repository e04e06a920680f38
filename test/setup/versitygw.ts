import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildWithGo, findGo } from '../../local/go-build';
import { findPort } from '../../local/ports';
import { startProcess } from '../../local/process';
import { untilReady } from '../../local/readiness';
import { defaultCacheDir } from '../../local/temporal-cli';

/** A real S3 server in Go that keeps buckets as folders; `.ci/run` reads the version here. */
export const versitygwVersion = '1.8.0';

const sourcePackage = `github.com/versity/versitygw/cmd/versitygw@v${versitygwVersion}`;
const binary = join(defaultCacheDir(process.env), 'versitygw', versitygwVersion, 'versitygw');
const log = (message: string): void => void process.stderr.write(`${message}\n`);

/** An S3 server of a test's own, at loopback; it ends with the test's process. */
export interface S3Server {
  /** What the AWS SDK and our settings need to reach it, as environment. */
  readonly env: Readonly<Record<string, string>>;
  makeBucket(name: string): void;
  /** A user without any right to the buckets there are; answers the user's credentials, as environment. */
  addUser(name: string): Readonly<Record<string, string>>;
  /** Keys of everything in a bucket, as the server keeps it on disk; unfinished uploads too. */
  list(bucket: string): readonly string[];
  /** Where a bucket's objects lie, to damage or read them without the server. */
  folder(bucket: string): string;
  stop(): Promise<void>;
}

/** Time for a build from nothing, beyond what starting takes. */
export const s3ServerTimeoutMs = 600_000;

/**
 * `describe` for tests that need an S3 server. Without Go and without a build from before there is none: then they fail
 * where `CI` is set, and are skipped elsewhere, which is said.
 */
export function describeWithS3(name: string, tests: () => void): void {
  const there = existsSync(binary) || findGo(process.env) !== undefined;
  if (there || process.env['CI']) return describe(name, tests);
  log(`\n!!! S3 WAS NOT TESTED (${name}): there is no Go to build versitygw with. Install Go ≥ 1.21.\n`);
  describe.skip(name, tests);
}

/** Builds versitygw where it is not cached (about 80 s), and starts it. @throws Error with its last words. */
export async function startS3Server(): Promise<S3Server> {
  if (!existsSync(binary)) await build();
  const folder = mkdtempSync(join(tmpdir(), 'cxone-sync-s3-'));
  const [root, users] = [join(folder, 'buckets'), join(folder, 'users')];
  for (const one of [root, users]) mkdirSync(one);
  const port = await findPort();
  const endpoint = `http://127.0.0.1:${port}`;
  const env = {
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'test-access',
    AWS_SECRET_ACCESS_KEY: 'test-secret',
    AWS_ENDPOINT_URL_S3: endpoint,
    AWS_EC2_METADATA_DISABLED: 'true',
    RECORDINGS_S3_FORCE_PATH_STYLE: 'true',
  };
  const server = startProcess({
    name: 'versitygw',
    command: binary,
    args: [
      ...['--access', env.AWS_ACCESS_KEY_ID, '--secret', env.AWS_SECRET_ACCESS_KEY],
      ...['--port', `127.0.0.1:${port}`, '--iam-dir', users, 'posix', root],
    ],
    graceMs: 2_000,
  });
  const problem = await untilReady(server, () => fetch(endpoint));
  if (problem !== undefined) throw new Error(`versitygw did not start: ${problem}\n${server.tail()}`);
  return {
    env,
    makeBucket: (name) => mkdirSync(join(root, name)),
    addUser(name) {
      const owner = ['--access', env.AWS_ACCESS_KEY_ID, '--secret', env.AWS_SECRET_ACCESS_KEY];
      const user = ['--access', name, '--secret', name, '--role', 'user'];
      const args = ['admin', ...owner, '--endpoint-url', endpoint, '--region', env.AWS_REGION];
      execFileSync(binary, [...args, 'create-user', ...user], { stdio: 'pipe' });
      return { AWS_ACCESS_KEY_ID: name, AWS_SECRET_ACCESS_KEY: name };
    },
    folder: (bucket) => join(root, bucket),
    list: (bucket) => filesIn(join(root, bucket)),
    async stop() {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function filesIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => statSync(join(folder, path)).isFile())
    .sort();
}

function build(): Promise<void> {
  return buildWithGo({
    name: 'versitygw',
    version: versitygwVersion,
    file: binary,
    takes: 'about 80 seconds',
    // Go's checksum database vouches for the module of this version.
    command: (draft) => ({
      args: ['install', '-trimpath', '-ldflags=-s -w', sourcePackage],
      env: { GOBIN: draft, GOFLAGS: '' },
    }),
    cwd: tmpdir(),
    env: process.env,
    log,
  });
}
