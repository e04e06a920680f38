import { isAbsolute } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { z } from 'zod';
import { proxySettings } from './proxies';
import type { Setting } from './setting';

/** A listen address; port 0 stands for any free port. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

const temporalFlag = { need: 'temporal', fallback: undefined, expected: 'true or false' } as const;
const pemFile = { need: 'temporal', fallback: undefined, expected: 'the path of a PEM file' } as const;
const pemText = { need: 'temporal', fallback: undefined, expected: 'PEM text' } as const;

/** Every setting there is: the source of validation, of `.env.example` and of `docs/configuration.md` (tests compare). */
export const settingList = [
  {
    name: 'TENANTS_FILE',
    need: 'tenants',
    meaning: 'The tenants file.',
    fallback: 'tenants.json',
    expected: 'the path of a JSON file',
    example: 'tenants.json',
  },
  {
    name: 'DATABASE_URL',
    need: 'database',
    meaning: 'PostgreSQL 15 or later. TLS is required beyond loopback unless the URL says sslmode=disable.',
    fallback: undefined,
    required: true,
    secret: true,
    expected: 'a PostgreSQL URL such as postgresql://user:password@host:5432/database',
    example: 'postgresql://cxone_sync@127.0.0.1:5432/cxone_sync',
  },
  {
    name: 'RECORDINGS_URL',
    need: 'recordings',
    meaning: 'Where recordings are kept.',
    fallback: undefined,
    required: true,
    expected:
      'a file URL with an absolute folder, such as file:///var/lib/cxone-sync/recordings, or s3://bucket/prefix',
    example: 'file:///var/lib/cxone-sync/recordings',
  },
  {
    name: 'RECORDINGS_S3_FORCE_PATH_STYLE',
    need: 'recordings',
    meaning: 'Names the bucket in the path, as most S3 servers other than AWS need it.',
    fallback: 'false',
    expected: 'true or false',
    example: 'true',
  },
  {
    name: 'RECORDINGS_S3_SSE',
    need: 'recordings',
    meaning: 'Encryption at rest asked of S3; none leaves it to the bucket.',
    fallback: 'none',
    expected: 'none, AES256 or aws:kms',
    example: 'aws:kms',
  },
  {
    name: 'RECORDINGS_S3_KMS_KEY_ID',
    need: 'recordings',
    meaning: "The key for aws:kms; AWS's own if not given.",
    fallback: undefined,
    expected: 'the id, ARN or alias of a KMS key, with RECORDINGS_S3_SSE=aws:kms',
    example: 'alias/cxone-sync-recordings',
  },
  {
    name: 'RECORDINGS_S3_CHECKSUMS',
    need: 'recordings',
    meaning: 'Checksums sent with each object; none for S3 servers that do not know them.',
    fallback: 'sha256',
    expected: 'sha256 or none',
    example: 'none',
  },
  ...proxySettings,
  {
    name: 'TEMPORAL_ADDRESS',
    need: 'temporal',
    meaning: 'The Temporal server.',
    fallback: '127.0.0.1:7233',
    expected: 'host:port',
    example: '127.0.0.1:7233',
  },
  {
    name: 'TEMPORAL_NAMESPACE',
    need: 'temporal',
    meaning: 'The Temporal namespace.',
    fallback: 'default',
    expected: 'the name of a namespace',
    example: 'default',
  },
  {
    name: 'TEMPORAL_API_KEY',
    need: 'temporal',
    meaning: 'API key for Temporal Cloud; switches TLS on.',
    fallback: undefined,
    secret: true,
    expected: 'an API key',
    example: '',
  },
  {
    name: 'TEMPORAL_TLS',
    meaning: 'TLS to the Temporal server. Required, true or false, unless the server is at loopback.',
    example: 'true',
    ...temporalFlag,
  },
  { name: 'TEMPORAL_TLS_CLIENT_CERT_PATH', meaning: 'Client certificate.', example: '', ...pemFile },
  { name: 'TEMPORAL_TLS_CLIENT_CERT_DATA', meaning: 'Client certificate.', example: '', ...pemText },
  { name: 'TEMPORAL_TLS_CLIENT_KEY_PATH', meaning: "The client certificate's key.", example: '', ...pemFile },
  {
    name: 'TEMPORAL_TLS_CLIENT_KEY_DATA',
    meaning: "The client certificate's key.",
    example: '',
    secret: true,
    ...pemText,
  },
  { name: 'TEMPORAL_TLS_SERVER_CA_CERT_PATH', meaning: "The server's CA.", example: '', ...pemFile },
  { name: 'TEMPORAL_TLS_SERVER_CA_CERT_DATA', meaning: "The server's CA.", example: '', ...pemText },
  {
    name: 'TEMPORAL_TLS_SERVER_NAME',
    need: 'temporal',
    meaning: "The name to expect in the server's certificate.",
    fallback: undefined,
    expected: 'a host name',
    example: '',
  },
  {
    name: 'TEMPORAL_TLS_DISABLE_HOST_VERIFICATION',
    meaning: "Do not check the name in the server's certificate.",
    example: 'false',
    ...temporalFlag,
  },
  {
    name: 'TEMPORAL_UI_URL',
    need: 'temporalUi',
    meaning: "Where Temporal's Web UI is, for links in the output.",
    fallback: 'http://127.0.0.1:8233',
    expected: 'an http or https address',
    example: 'http://127.0.0.1:8233',
  },
  {
    name: 'METRICS_ADDRESS',
    need: 'worker',
    meaning: 'Where a worker serves Prometheus metrics.',
    fallback: 'off',
    expected: 'host:port (port 0 for any free one) or off',
    example: '127.0.0.1:9464',
  },
  {
    name: 'HEALTH_ADDRESS',
    need: 'worker',
    meaning: 'Where a worker answers health checks.',
    fallback: '127.0.0.1:8080',
    expected: 'host:port (port 0 for any free one) or off',
    example: '127.0.0.1:8080',
  },
  {
    name: 'SHUTDOWN_GRACE_SECONDS',
    need: 'worker',
    meaning: 'How long a stopping worker lets running steps finish.',
    fallback: '30',
    expected: 'a whole number of seconds from 0 to 3600',
    example: '30',
  },
  {
    name: 'WORKER_BUILD_ID',
    need: 'worker',
    meaning: "Which build a worker is, for Temporal's worker versioning; not versioned if not given.",
    fallback: undefined,
    expected: 'letters, digits, dots, dashes and underscores, at most 128',
    example: '2026-11-25.1',
  },
  {
    name: 'WORKER_DEPLOYMENT_NAME',
    need: 'worker',
    meaning: 'The deployment that WORKER_BUILD_ID belongs to.',
    fallback: 'cxone-sync',
    expected: 'letters, digits, dashes and underscores, at most 128',
    example: 'cxone-sync',
  },
  {
    name: 'LANDING_RETENTION_DAYS',
    need: 'worker',
    meaning: 'How long pages are kept as received, for storing them again and as evidence.',
    fallback: '7',
    expected: 'a whole number of days from 1 to 3650',
    example: '7',
  },
  {
    name: 'MAX_RECORDING_MEGABYTES',
    need: 'worker',
    meaning: 'A larger recording is refused.',
    fallback: '2048',
    expected: 'a whole number of megabytes (10^6 bytes) from 1 to 1000000',
    example: '2048',
  },
  {
    name: 'RECORDINGS_MIN_FREE_MEGABYTES',
    need: 'worker',
    meaning: 'Recordings are not fetched while less than this would stay free on their disk; 0 for no limit.',
    fallback: '1000',
    expected: 'a whole number of megabytes (10^6 bytes) from 0 to 100000000',
    example: '1000',
  },
  {
    name: 'LOG_LEVEL',
    need: 'logging',
    meaning: 'The least serious log lines to write.',
    fallback: 'info',
    expected: 'debug, info, warn or error',
    example: 'info',
  },
  {
    name: 'LOG_FORMAT',
    need: 'logging',
    meaning: 'How log lines look; pretty on a terminal and json otherwise if not given.',
    fallback: undefined,
    expected: 'pretty or json',
    example: 'json',
  },
] as const satisfies readonly Setting[];

export type SettingName = (typeof settingList)[number]['name'];

const hostAndPort = /^(\[[0-9a-f:.]+\]|[\w.-]*):(\d{1,5})$/i;

const listenAddress = z.string().transform((text, context): ListenAddress | null => {
  if (text === 'off') return null;
  const match = hostAndPort.exec(text);
  const port = Number(match?.[2]);
  if (match === null || port > 65_535) {
    context.addIssue({ code: 'custom', message: 'is not an address' });
    return z.NEVER;
  }
  return { host: match[1]?.replace(/^\[|\]$/g, '') || '0.0.0.0', port };
});

const s3Url = /^s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](\/[\w!.*'()-]+)*\/?$/;

const recordingsUrl = z.string().transform((text, context): string => {
  if (s3Url.test(text)) return text;
  try {
    const path = fileURLToPath(text);
    if (isAbsolute(path) && new URL(text).host === '') return pathToFileURL(path).href;
  } catch {
    // Reported below, as for every other text that names no folder.
  }
  const message = text.startsWith('s3:')
    ? 'is not the URL of a bucket: credentials and endpoint belong into the AWS_ variables'
    : 'is not the URL of a folder';
  context.addIssue({ code: 'custom', message });
  return z.NEVER;
});

const flag = z.enum(['true', 'false'], 'is neither true nor false').transform((text) => text === 'true');
const serverSideEncryption = z
  .enum(['none', 'AES256', 'aws:kms'], 'is not a way to encrypt')
  .transform((text) => (text === 'none' ? null : text));

const databaseUrl = z
  .string()
  .refine(
    (text) => URL.canParse(text) && ['postgres:', 'postgresql:'].includes(new URL(text).protocol),
    'is not a PostgreSQL URL',
  );

function whole(least: number, most: number) {
  return z
    .string()
    .regex(/^\d{1,9}$/, 'is not a whole number')
    .transform(Number)
    .refine((value) => value >= least && value <= most, `is not between ${least} and ${most}`);
}

/** How the settings that need it are checked and turned into values; the others are taken as text. */
export const settingSchemas = {
  DATABASE_URL: databaseUrl,
  RECORDINGS_URL: recordingsUrl,
  RECORDINGS_S3_FORCE_PATH_STYLE: flag,
  RECORDINGS_S3_SSE: serverSideEncryption,
  RECORDINGS_S3_CHECKSUMS: z.enum(['sha256', 'none'], 'is not a kind of checksum'),
  TEMPORAL_ADDRESS: z.string().regex(hostAndPort, 'is not an address'),
  METRICS_ADDRESS: listenAddress,
  HEALTH_ADDRESS: listenAddress,
  TEMPORAL_UI_URL: z.url({ protocol: /^https?$/, error: 'is not an address' }),
  SHUTDOWN_GRACE_SECONDS: whole(0, 3_600),
  WORKER_BUILD_ID: z
    .string()
    .regex(/^[\w.-]{1,128}$/, 'is no build id')
    .optional(),
  // Temporal writes name and build with a dot between them, so the name may hold none.
  WORKER_DEPLOYMENT_NAME: z.string().regex(/^[\w-]{1,128}$/, 'is no name of a deployment'),
  LANDING_RETENTION_DAYS: whole(1, 3_650),
  MAX_RECORDING_MEGABYTES: whole(1, 1_000_000),
  RECORDINGS_MIN_FREE_MEGABYTES: whole(0, 100_000_000),
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error'], 'is not a log level'),
  LOG_FORMAT: z.enum(['pretty', 'json'], 'is not a log format').optional(),
} as const;
