import { z } from 'zod';

/** Values used where the tenants file says nothing. */
export const tenantDefaults = {
  authentication: 'application',
  clientAuthentication: 'client_secret_post',
  apiVersion: 'v34.0',
  pageSize: 5_000,
  pagesInFlight: 4,
  agentRefreshHours: 24,
  lookupRefreshHours: 24,
  overlapMinutes: 30,
  lookBackDays: 30,
  rereadDays: 3,
  updatedSinceInclusive: true,
  recordings: true,
  recordingsInFlight: 8,
  recordingGiveUpHours: 48,
  recordingLookAfterMinutes: [5, 15, 60, 240, 720],
  recordedMediaTypeIds: [4, 5],
  maxRereads: 3,
  parkedTimeoutHours: 168,
  maxContactsPerWindow: 200_000,
  maxRejectedShare: 0.2,
  timeoutSeconds: 120,
} as const;

/** Values used where `extract` says nothing. */
export const extractDefaults = {
  interactionMetadata: false,
  evaluations: false,
  interactionMetadataVersion: '7',
  evaluationsVersion: '4',
  rereadDays: 3,
  secondsApart: 30,
} as const;

const ids = z
  .array(z.int('must hold whole numbers').positive('must hold positive ids'))
  .readonly()
  .default([]);
const whole = (least: number, most: number) =>
  z
    .int(`must be a whole number`)
    .min(least, `must be at least ${least}`)
    .max(most, `must be at most ${most}`);
const entityVersion = z
  .string('must be text')
  .regex(/^\d{1,3}$/, 'must be the number of a version as text, such as "7"');
const id = z.string('must be text').trim().min(1, 'must not be empty');
const host = /^(?:\[[0-9a-f:.]+\]|[0-9a-f]*:[0-9a-f:.]+|[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?)(?::\d{1,5})?$/i;
const hostPattern = /^(?:\*\.)?[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?$/i;

function isPlainAddress(address: string): boolean {
  const { username, password, search, hash } = new URL(address);
  return [username, password, search, hash].every((part) => part === '');
}

/** A secret is never written down in this file: where to find it is. */
export const secretReference = z.union([z.strictObject({ env: id }), z.strictObject({ file: id })]);

export type SecretReference = z.infer<typeof secretReference>;

/** The first encrypts, all decrypt. */
const recordingKeys = z
  .array(
    z.strictObject({
      id: z
        .string('must be text')
        .regex(/^[A-Za-z0-9][\w.-]{0,63}$/, 'must be 1 to 64 letters, digits, ".", "_" or "-"'),
      key: secretReference,
    }),
  )
  .refine(
    (keys) => new Set(keys.map((one) => one.id)).size === keys.length,
    'must hold keys with different ids',
  )
  .readonly()
  .default([]);

/** Data Extraction, off unless a dataset is named (contract §10). */
const extract = z
  .strictObject({
    interactionMetadata: z.boolean('must be true or false').default(extractDefaults.interactionMetadata),
    evaluations: z.boolean('must be true or false').default(extractDefaults.evaluations),
    interactionMetadataVersion: entityVersion.default(extractDefaults.interactionMetadataVersion),
    evaluationsVersion: entityVersion.default(extractDefaults.evaluationsVersion),
    rereadDays: whole(1, 90).default(extractDefaults.rereadDays),
    // A run that waited longer between two requests (store/extraction/job-slots.ts) would lose its place in the queue.
    secondsApart: whole(0, 90).default(extractDefaults.secondsApart),
  })
  .prefault({});

const limit = z.strictObject({ requests: whole(1, 1_000_000), perSeconds: whole(1, 86_400) });

/** One tenant of the tenants file, and the tuning it may add. */
export const tenantSchema = z.strictObject({
  issuer: z
    .url({
      protocol: /^https?$/,
      error: 'must be an address such as https://cxone.niceincontact.com',
      abort: true,
    })
    .refine(isPlainAddress, 'must be an address without user, query (?) and fragment (#)'),
  authentication: z
    .enum(['application', 'access_key'], 'must be application or access_key')
    .default(tenantDefaults.authentication),
  clientAuthentication: z
    .enum(['client_secret_post', 'client_secret_basic'], 'must be client_secret_post or client_secret_basic')
    .default(tenantDefaults.clientAuthentication),
  // Required with `authentication` application: checked in tenants.ts, so that all problems are reported together.
  clientId: id.optional(),
  clientSecret: secretReference.optional(),
  accessKeyId: id,
  accessKeySecret: secretReference,
  apiVersion: z
    .string()
    .regex(/^v\d{1,3}\.0$/, { error: 'must look like v34.0', abort: true })
    .refine(
      (version) => Number(version.slice(1)) >= 27,
      'must be v27.0 or later: older versions name the fields differently',
    )
    .default(tenantDefaults.apiVersion),
  pageSize: whole(1, 10_000).default(tenantDefaults.pageSize),
  pagesInFlight: whole(1, 16).default(tenantDefaults.pagesInFlight),
  skillIds: ids,
  campaignIds: ids,
  mediaTypeIds: ids,
  agentRefreshHours: whole(1, 8_760).default(tenantDefaults.agentRefreshHours),
  lookupRefreshHours: whole(1, 8_760).default(tenantDefaults.lookupRefreshHours),
  overlapMinutes: whole(0, 10_080).default(tenantDefaults.overlapMinutes),
  lookBackDays: whole(2, 3_650).default(tenantDefaults.lookBackDays),
  rereadDays: whole(0, 90).default(tenantDefaults.rereadDays),
  updatedSinceInclusive: z.boolean('must be true or false').default(tenantDefaults.updatedSinceInclusive),
  recordings: z.boolean('must be true or false').default(tenantDefaults.recordings),
  recordingsInFlight: whole(1, 64).default(tenantDefaults.recordingsInFlight),
  recordingGiveUpHours: whole(1, 8_760).default(tenantDefaults.recordingGiveUpHours),
  recordingLookAfterMinutes: z
    .array(whole(1, 10_080))
    .min(1, 'must hold at least one pause')
    .max(20, 'must hold at most 20 pauses')
    .refine(
      (minutes) => minutes.every((one, index) => index === 0 || one >= (minutes[index - 1] ?? 0)),
      'must not become shorter from one to the next',
    )
    .readonly()
    .default(tenantDefaults.recordingLookAfterMinutes),
  recordedMediaTypeIds: z
    .array(z.int('must hold whole numbers').positive('must hold positive ids'))
    .min(1, 'must hold at least one id; "recordings": false switches recordings off')
    .readonly()
    .default(tenantDefaults.recordedMediaTypeIds),
  // recorded-calls.ts decides which of both holds.
  recordedCalls: z.enum(['all', 'logged', 'listed'], 'must be all, logged or listed').optional(),
  recordingSource: z.enum(['look-up', 'listed'], 'must be look-up or listed').optional(),
  recordingKeys,
  extract,
  maxRereads: whole(0, 20).default(tenantDefaults.maxRereads),
  parkedTimeoutHours: whole(0, 8_760).default(tenantDefaults.parkedTimeoutHours),
  maxContactsPerWindow: whole(100, 10_000_000).default(tenantDefaults.maxContactsPerWindow),
  maxRejectedShare: z
    .number('must be a number from 0 to 1, such as 0.2')
    .min(0, 'must be at least 0')
    .max(1, 'must be at most 1')
    .default(tenantDefaults.maxRejectedShare),
  timeoutSeconds: whole(1, 200).default(tenantDefaults.timeoutSeconds),
  mediaHosts: z
    .array(z.string().regex(hostPattern, 'must hold host names; a leading *. stands for all names below'))
    .readonly()
    .default(['*.amazonaws.com']),
  privateHosts: z
    .array(z.string().regex(hostPattern, 'must hold host names; a leading *. stands for all names below'))
    .readonly()
    .default([]),
  allowInsecureHosts: z
    .array(z.string().regex(host, 'must hold exact host names or addresses, without wildcards'))
    .readonly()
    .default([]),
  limits: z
    .strictObject({
      media: limit.default({ requests: 150, perSeconds: 300 }),
      contacts: limit.optional(),
      agents: limit.optional(),
      lookups: limit.optional(),
      extraction: limit.optional(),
    })
    .prefault({}),
});

export type TenantEntry = z.infer<typeof tenantSchema>;

/** The names a mistyped key is compared with, by the path of the object it stands in. */
export const knownKeys: Readonly<Record<string, readonly string[]>> = {
  '': ['tenants'],
  tenant: Object.keys(tenantSchema.shape),
  clientSecret: ['env', 'file'],
  accessKeySecret: ['env', 'file'],
  recordingKeys: ['id', 'key'],
  key: ['env', 'file'],
  extract: Object.keys(extractDefaults),
  limits: ['media', 'contacts', 'agents', 'lookups', 'extraction'],
  media: ['requests', 'perSeconds'],
  contacts: ['requests', 'perSeconds'],
  agents: ['requests', 'perSeconds'],
  lookups: ['requests', 'perSeconds'],
  extraction: ['requests', 'perSeconds'],
};
