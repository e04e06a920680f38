import type { AgentCursor } from '../../activities/list-types';
import type { OpenWindow } from '../../activities/types';
import { api, store } from '../activity-proxies';

/**
 * Brings in the agents that changed since the last reading, and those behind the window's contacts that are unknown or
 * grew stale.
 *
 * @param onProgress called with the agents read so far and the number CXone hides from the service user.
 */
export async function readAgents(
  window: OpenWindow,
  round: number,
  onProgress: (agents: number, hiddenAgents: number) => void,
): Promise<void> {
  let cursor: AgentCursor | null = null;
  let agents = 0;
  let hidden = 0;
  do {
    const fetched: Awaited<ReturnType<typeof api.fetchAgents>> = await api.fetchAgents.executeWithOptions(
      { summary: cursor === null ? 'agents changed since the last reading' : `agents (${cursor.step})` },
      [{ tenant: window.tenant, windowId: window.windowId, attempt: window.attempt, round, cursor }],
    );
    if (fetched.pageId !== null) {
      await store.persistAgents.executeWithOptions({ summary: `${fetched.records} agents` }, [
        { tenant: window.tenant, pageId: fetched.pageId, watermark: fetched.watermark },
      ]);
    }
    agents += fetched.records;
    hidden = Math.max(hidden, fetched.hiddenAgents);
    onProgress(agents, hidden);
    cursor = fetched.next;
  } while (cursor !== null);
}
