import { isAbsolute } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { z } from 'zod';

/** A listen address; port 0 stands for any free port. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

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
