import { type Environment, readSetting } from './environment';
import { type Problem, quoted, SettingsError } from './problems';
import { type ProxySettings, readProxies } from './proxies';
import { settingList, type SettingName } from './setting-list';
import { type ListenAddress, settingSchemas } from './setting-schemas';
import type { Need, Setting } from './setting';
import { temporalProblem } from './temporal-tls';

/** Where to listen. `isSet`: given in the environment, so that no other one may be used. */
export interface WantedAddress extends ListenAddress {
  readonly isSet: boolean;
}

/** All settings by the part that needs them. Values are checked; nothing was connected to. */
export interface Settings {
  readonly tenants: { readonly file: string };
  /** The URL may hold a password. */
  readonly database: { readonly url: string };
  readonly recordings: {
    /** `file:///absolute/folder` or `s3://bucket/prefix`. */
    readonly url: string;
    /** For S3 alone; what the AWS SDK reads from the environment by itself is not here. */
    readonly s3: {
      readonly forcePathStyle: boolean;
      /** Null: the bucket's default. */
      readonly serverSideEncryption: 'AES256' | 'aws:kms' | null;
      readonly kmsKeyId: string | undefined;
      readonly checksums: 'sha256' | 'none';
      readonly proxies?: ProxySettings;
    };
  };
  readonly network: { readonly proxies?: ProxySettings };
  readonly temporal: {
    /**
     * The environment for `@temporalio/envconfig` (`overrideEnvVars`): as given, with `NAME_FILE` contents put in.
     * Address and namespace stay absent if not given, so that a Temporal configuration file can say them.
     */
    readonly env: Readonly<Record<string, string>>;
  };
  readonly temporalUi: { readonly url: string };
  readonly worker: {
    /** Null when switched off. */
    readonly metrics: WantedAddress | null;
    readonly health: WantedAddress | null;
    readonly shutdownGraceSeconds: number;
    /** Null when workers are not versioned. */
    readonly build: { readonly deploymentName: string; readonly buildId: string } | null;
    readonly landingRetentionDays: number;
    readonly maxRecordingBytes: number;
    /** What has to stay free on the disk of the recordings. */
    readonly minFreeBytes: number;
  };
  readonly logging: {
    readonly level: 'debug' | 'info' | 'warn' | 'error';
    /** Undefined: pretty on a terminal, JSON otherwise. */
    readonly format: 'pretty' | 'json' | undefined;
  };
}

/**
 * Reads and checks the settings for the parts a command needs; others may be missing or wrong.
 * @throws SettingsError with every problem there is
 * @example const { database } = loadSettings(process.env, ['database']);
 */
export function loadSettings<N extends Need>(env: Environment, need: readonly N[]): Pick<Settings, N> {
  const problems: Problem[] = [];
  const sections = sectionsOf(env, problems);
  const settings = Object.fromEntries(need.map((part) => [part, sections[part]()]));
  if (problems.length > 0) throw new SettingsError(distinct(problems));
  return settings as Pick<Settings, N>;
}

/** How each part is read; what is missing or wrong is added to the problems. */
function sectionsOf(env: Environment, problems: Problem[]): { readonly [Part in Need]: () => unknown } {
  const report = (problem: Problem) => void problems.push(problem);
  const valueOf = createReader(env, problems);
  const listening = (name: 'METRICS_ADDRESS' | 'HEALTH_ADDRESS'): WantedAddress | null => {
    const address = valueOf(name, settingSchemas[name]);
    return address ? { ...address, isSet: Boolean(env[name] || env[`${name}_FILE`]) } : null;
  };
  const withProxies = (): Settings['network'] => {
    const proxies = readProxies(env, report);
    return proxies === null ? {} : { proxies };
  };

  return {
    tenants: () => ({ file: valueOf('TENANTS_FILE', asText) }),
    database: () => ({ url: valueOf('DATABASE_URL', settingSchemas.DATABASE_URL) }),
    recordings: () => {
      const url = valueOf('RECORDINGS_URL', settingSchemas.RECORDINGS_URL);
      const s3 = {
        forcePathStyle: valueOf(
          'RECORDINGS_S3_FORCE_PATH_STYLE',
          settingSchemas.RECORDINGS_S3_FORCE_PATH_STYLE,
        ),
        serverSideEncryption: valueOf('RECORDINGS_S3_SSE', settingSchemas.RECORDINGS_S3_SSE),
        kmsKeyId: valueOf('RECORDINGS_S3_KMS_KEY_ID', asGiven),
        checksums: valueOf('RECORDINGS_S3_CHECKSUMS', settingSchemas.RECORDINGS_S3_CHECKSUMS),
        ...withProxies(),
      };
      if (s3.kmsKeyId !== undefined && s3.serverSideEncryption !== 'aws:kms') report(keyWithoutKms);
      return { url, s3 };
    },
    network: () => withProxies(),
    temporal: () => {
      const before = problems.length;
      valueOf('TEMPORAL_ADDRESS', settingSchemas.TEMPORAL_ADDRESS);
      const temporal = temporalEnvironment(env, report);
      const problem = problems.length > before ? null : temporalProblem(temporal);
      if (problem) report(problem);
      return { env: temporal };
    },
    temporalUi: () => ({ url: valueOf('TEMPORAL_UI_URL', settingSchemas.TEMPORAL_UI_URL) }),
    worker: () => ({
      metrics: listening('METRICS_ADDRESS'),
      health: listening('HEALTH_ADDRESS'),
      shutdownGraceSeconds: valueOf('SHUTDOWN_GRACE_SECONDS', settingSchemas.SHUTDOWN_GRACE_SECONDS),
      build: buildOf(
        valueOf('WORKER_DEPLOYMENT_NAME', settingSchemas.WORKER_DEPLOYMENT_NAME),
        valueOf('WORKER_BUILD_ID', settingSchemas.WORKER_BUILD_ID),
      ),
      landingRetentionDays: valueOf('LANDING_RETENTION_DAYS', settingSchemas.LANDING_RETENTION_DAYS),
      maxRecordingBytes:
        (valueOf('MAX_RECORDING_MEGABYTES', settingSchemas.MAX_RECORDING_MEGABYTES) ?? 0) * 1_000_000,
      minFreeBytes:
        (valueOf('RECORDINGS_MIN_FREE_MEGABYTES', settingSchemas.RECORDINGS_MIN_FREE_MEGABYTES) ?? 0) *
        1_000_000,
    }),
    logging: () => ({
      level: valueOf('LOG_LEVEL', settingSchemas.LOG_LEVEL),
      format: valueOf('LOG_FORMAT', settingSchemas.LOG_FORMAT),
    }),
  };
}

/** Reads one setting. @returns undefined where it is not in order, which is reported */
function createReader(env: Environment, problems: Problem[]) {
  return <T>(name: SettingName, check: { safeParse(text: unknown): Checked<T> }): T | undefined => {
    const setting: Setting = settingList.find((one) => one.name === name) as Setting;
    const before = problems.length;
    const given = readSetting(env, name, (problem) => problems.push(problem));
    if (problems.length > before) return undefined;
    const text = given ?? setting.fallback;
    if (text === undefined && setting.required) {
      problems.push({
        name,
        problem: 'is not set',
        expected: setting.expected,
        remedy: `Set ${name} or ${name}_FILE.`,
      });
      return undefined;
    }
    const checked = check.safeParse(text);
    if (checked.success) return checked.data;
    const reason = checked.error.issues[0]?.message ?? 'is not usable';
    problems.push({
      name,
      problem: setting.secret
        ? `${reason} (its value is not shown)`
        : `${quoted(text && withoutUser(text))} ${reason}`,
      expected: setting.expected,
      remedy: `Change ${name}, for example to ${setting.example}.`,
    });
    return undefined;
  };
}

const asGiven = {
  safeParse: (text: unknown): Checked<string | undefined> => ({
    success: true,
    data: text as string | undefined,
  }),
};
const asText = { safeParse: (text: unknown): Checked<string> => ({ success: true, data: text as string }) };

/** Credentials written into an address that takes none are kept out of logs. */
const withoutUser = (text: string): string => text.replace(/\/\/[^/@]*@/, '//…@');

/** A key that is silently not used would be found when it is too late. */
const keyWithoutKms: Problem = {
  name: 'RECORDINGS_S3_KMS_KEY_ID',
  problem: 'is set, but no encryption that uses it',
  expected: 'RECORDINGS_S3_SSE=aws:kms with it',
  remedy: 'Set RECORDINGS_S3_SSE to aws:kms, or unset RECORDINGS_S3_KMS_KEY_ID.',
};

type Checked<T> =
  | { readonly success: true; readonly data: T }
  | {
      readonly success: false;
      readonly error: { readonly issues: ReadonlyArray<{ readonly message: string }> };
    };

function buildOf(
  deploymentName: string | undefined,
  buildId: string | undefined,
): Settings['worker']['build'] {
  return buildId === undefined || deploymentName === undefined ? null : { deploymentName, buildId };
}

/** What Temporal's own tools read, passed on; only the `_FILE` forms are ours. */
function temporalEnvironment(
  env: Environment,
  report: (problem: Problem) => void,
): Readonly<Record<string, string>> {
  const result: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    if (value) result[name] = value;
  }
  for (const { name, need } of settingList) {
    if (need !== 'temporal') continue;
    const value = readSetting(env, name, report);
    delete result[`${name}_FILE`];
    if (value !== undefined) result[name] = value;
  }
  return result;
}

function distinct(problems: readonly Problem[]): readonly Problem[] {
  return [...new Map(problems.map((problem) => [problem.name + problem.problem, problem])).values()];
}
