import type { FaultRule } from '../../simulator/faults/fault-rules';
import type { Parked } from '../../workflows/parked';
import { searchAttributeKeys as keys } from '../../workflows/search-attributes';
import { type CommandResult, runCommand } from './run-command';
import { eventually, type Span, type TestEnvironment } from './test-environment';

/** The n-th of March 2025, UTC: settled, and a window of its own for each test. */
export function march(day: number): Span {
  const at = (n: number): string => `2025-03-${String(n).padStart(2, '0')}T00:00:00.000Z`;
  return { from: at(day), to: at(day + 1) };
}

/** The id of a window's run, built here independently of the product. */
export function idOf({ from, to }: Span): string {
  return `sync-window:acme:${from.replace('.000Z', 'Z')}/${to.replace('.000Z', 'Z')}`;
}

/** A permission that is missing; from the n-th call on. */
export function forbidden(family: 'contacts' | 'agents' | 'media', fromCall = 1): FaultRule {
  const onCall = Array.from({ length: 2_000 }, (_, index) => index + fromCall);
  return { name: 'forbidden', match: { family }, onCall };
}

/** `CxoneStatus` of a run, its status in Temporal, and the code it waits or has failed for. */
export async function labelsOf({ client }: TestEnvironment, id: string) {
  const { status, typedSearchAttributes } = await client.workflow.getHandle(id).describe();
  return {
    execution: status.name,
    status: typedSearchAttributes.get(keys.status),
    errorType: typedSearchAttributes.get(keys.errorType),
  };
}

export async function untilParked(environment: TestEnvironment, id: string): Promise<void> {
  await eventually(`${id} is parked`, async () => {
    const { status } = await labelsOf(environment, id);
    if (status !== 'AwaitingOperator') throw new Error(`it is ${status}`);
  });
}

/** Starts a window without the command line's preflight, as Web UI does, and waits until it is parked. */
export async function startParked(environment: TestEnvironment, span: Span): Promise<string> {
  await environment.start(span);
  const id = idOf(span);
  await untilParked(environment, id);
  return id;
}

/** The end of the run of that id that runs now, which may continue one that was reset. */
export async function endOf({ client }: TestEnvironment, id: string): Promise<{ status: string }> {
  return (await client.workflow.getHandle(id).result()) as { status: string };
}

/** Runs a command with `--json`; its document and how it ended. */
export async function runJson(environment: TestEnvironment, args: readonly string[]) {
  const result: CommandResult = await runCommand(environment, [...args, '--json']);
  const lines = result.stdout.trim().split('\n');
  // One document on stdout, whatever happened.
  expect(lines).toHaveLength(1);
  return { ...result, document: JSON.parse(lines[0] ?? '') as JsonDocument };
}

export interface JsonDocument {
  readonly status?: string;
  readonly code?: string;
  readonly url?: string;
  readonly parked?: Parked['causes'];
  readonly error?: { readonly code: string };
  readonly runs?: readonly { id: string; ok: boolean; code: string; message: string; runId?: string }[];
}

/** What has been asked of CXone: each page of contacts and each file of a recording that was answered. */
export function answered({ simulator }: TestEnvironment) {
  const asked = (family: 'contacts' | 'file') =>
    simulator.journal
      .entries({ family, status: 200 })
      .map(({ path, query }) => `${path} ${JSON.stringify(query)}`);
  return {
    // With a row or two, contacts are only counted.
    pages: asked('contacts').filter((request) => !/"top":"[12]"/.test(request)),
    files: asked('file').map((request) => request.split(' ')[0] ?? ''),
  };
}

/** Each page of contacts and each recording was fetched once. */
export function expectNothingTwice(environment: TestEnvironment): void {
  const { pages, files } = answered(environment);
  for (const requests of [pages, files]) {
    const twice = requests.filter((request, index) => requests.indexOf(request) < index);
    expect(twice).toEqual([]);
  }
}
