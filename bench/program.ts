import { cpus, totalmem } from 'node:os';
import { followWindow, startWindow } from '../client/sync/window-run';
import type { Output } from '../client/command/output';
import type { SimulatorFacts } from '../client/demo/processes';
import type { Simulator } from '../simulator';
import { parseSyncWindowInput } from '../workflows/inputs';
import type { BenchStand } from './stand';

/** Runs a benchmark; its error ends the process with status 1. */
export function run(main: () => Promise<void>): void {
  void main().catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  });
}

const machine = `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, ${Math.round(totalmem() / 1e9)} GB; everything on it`;

/** What was measured, after where it was. */
export function report(output: Output, { versions }: BenchStand, figures: object, lines: readonly string[]) {
  output.document({ machine, versions, ...figures });
  output.block([`machine     ${machine}`, `versions    ${versions}`, ...lines].join('\n'));
}

/** What a worker's tenants file says of a simulator in this process. */
export function factsOf({ simulator }: BenchStand, { address, credentials }: Simulator): SimulatorFacts {
  return { ...simulator, ...credentials, address, issuer: address };
}

/**
 * Syncs a window by whichever worker runs, and waits for its end.
 * @param onStart called once the run is started
 */
export async function syncWindow(
  { temporal }: BenchStand,
  span: { readonly from: string; readonly to: string },
  onStart: () => void = () => undefined,
) {
  const input = { tenant: 'bench', ...span };
  const began = performance.now();
  const handle = await startWindow(temporal.client, input, parseSyncWindowInput(input));
  onStart();
  const end = await followWindow(handle, () => undefined);
  const ended = performance.now();
  if (!end.ok) throw new Error(`${end.code}: ${end.message}`);
  return { report: end.report, workflowId: handle.workflowId, began, ended };
}
