import type { Client } from '@temporalio/client';

/** What a run left in Temporal. Sizes in bytes. */
export interface HistoryFigures {
  readonly events: number;
  readonly bytes: number;
  readonly largestPayload: number;
}

/** Measures the history of a run: its events, its size as the server counts it, and its largest payload. */
export async function measureHistory(client: Client, workflowId: string): Promise<HistoryFigures> {
  const handle = client.workflow.getHandle(workflowId);
  const described = await handle.describe();
  let largestPayload = 0;
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    if (value instanceof Uint8Array) {
      largestPayload = Math.max(largestPayload, value.length);
      return;
    }
    for (const inner of Object.values(value)) visit(inner);
  };
  visit((await handle.fetchHistory()).events);
  return { events: described.historyLength, bytes: described.historySize ?? 0, largestPayload };
}
