import { buildWithGo } from './go-build';
import type { TemporalTarget } from './temporal-download';

const sourcePackage = 'github.com/temporalio/cli/cmd/temporal';

/**
 * Builds the command from the Go module in `goModule`, whose go.sum pins every source (five minutes on
 * two cores with empty caches).
 * @throws Error when Go is missing or the build fails, with Go's last lines; `AbortError` when `target.signal` aborts.
 */
export async function buildTemporal(
  target: TemporalTarget,
  goModule: string,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  const versionFlag = `-X github.com/temporalio/cli/internal/temporalcli.Version=${target.version}`;
  await buildWithGo({
    ...target,
    name: 'Temporal',
    takes: 'about five minutes',
    command: (draft) => ({
      args: ['build', '-trimpath', `-ldflags=-s -w ${versionFlag}`, '-o', draft, sourcePackage],
      env: { GOFLAGS: '-mod=readonly' },
    }),
    cwd: goModule,
    env,
  });
}
