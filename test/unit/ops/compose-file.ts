import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

export interface ComposeVolume {
  readonly type?: string;
  readonly source: string;
  readonly target: string;
  readonly readOnly: boolean;
}

/** A service of docker-compose.yml, as far as the tests look at it. */
export interface ComposeService {
  readonly image?: string;
  readonly build?: string;
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly secrets?: readonly string[];
  readonly profiles?: readonly string[];
  readonly ports?: readonly string[];
  readonly networks?: readonly string[];
  readonly restart?: string;
  readonly user?: string;
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly stop_grace_period?: string;
  readonly healthcheck?: {
    readonly test: readonly string[];
    readonly interval: string;
    readonly start_period?: string;
  };
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly volumes?: readonly (
    string | (Omit<ComposeVolume, 'readOnly'> & { readonly read_only?: boolean })
  )[];
}

export interface ComposeFile {
  readonly services: Readonly<Record<string, ComposeService>>;
  readonly networks: Readonly<Record<string, { readonly internal?: boolean }>>;
  readonly volumes: Readonly<Record<string, object>>;
  readonly secrets: Readonly<Record<string, { readonly file: string }>>;
}

export const repository = join(__dirname, '..', '..', '..');

/** The text of a file of the repository. */
export function textOf(...path: string[]): string {
  return readFileSync(join(repository, ...path), 'utf8');
}

/** docker-compose.yml with its anchors and merges resolved, as Compose sees it. */
export function composeFile(): ComposeFile {
  return parse(textOf('docker-compose.yml'), { merge: true }) as ComposeFile;
}

/** The mounts of a service, short and long spelling alike. */
export function volumesOf(service: ComposeService): readonly ComposeVolume[] {
  return (service.volumes ?? []).map((volume) => {
    if (typeof volume !== 'string') return { ...volume, readOnly: volume.read_only === true };
    const [source = '', target = '', mode] = volume.split(':');
    return { source, target, readOnly: mode === 'ro' };
  });
}

/** A duration of Compose, such as `1m30s`, in seconds. */
export function seconds(duration: string): number {
  const units = { h: 3600, m: 60, s: 1 } as const;
  return [...duration.matchAll(/(\d+)([hms])/g)].reduce(
    (sum, [, amount, unit]) => sum + Number(amount) * units[unit as keyof typeof units],
    0,
  );
}
