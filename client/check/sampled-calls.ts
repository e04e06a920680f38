import type { CxoneClient, PlaybackLook } from '../../cxone';

/** A phone call: its master contact, when it started (epoch ms), and whether it was logged. */
export interface Call {
  readonly id: string;
  readonly start: number;
  readonly isLogged: boolean;
}

/** A call and the answer to its playback query; null where Media Playback has nothing. */
export interface AskedCall extends Call {
  readonly answer: PlaybackLook | null;
}

const hourMs = 3_600_000;
/** How far back each further search reaches, in hours: most tenants have calls within the first. */
const spans = [1, 24, 7 * 24, 30 * 24] as const;
/** Calls of one kind in one span: they come out of a quota of 150 in five minutes. */
export const perSpan = 3;
const phone = 4;
/** Calls up to this length are no conversation. */
const shortSeconds = 4;

/**
 * The latest phone calls of each span, logged ones before the others, likely ones before unlikely ones. Spans do not
 * overlap: those of the last hour may be too young for a recording.
 *
 * @param isWanted asked for each kind in each span, whether more calls of it are needed
 * @throws CxoneError
 */
export async function* callsBackFrom(
  client: Pick<CxoneClient, 'probe'>,
  end: number,
  isWanted: (isLogged: boolean) => boolean,
): AsyncGenerator<Call> {
  let to = end;
  for (const hours of spans) {
    const from = end - hours * hourMs;
    for (const isLogged of [true, false]) {
      if (!isWanted(isLogged)) continue;
      for (const call of await latestCalls(client, from, to, isLogged)) {
        if (isWanted(isLogged)) yield call;
      }
    }
    to = from;
  }
}

/** The latest phone calls of a span, by their master contact; of those that were not logged, the answered ones first. */
async function latestCalls(
  client: Pick<CxoneClient, 'probe'>,
  from: number,
  to: number,
  isLogged: boolean,
): Promise<readonly Call[]> {
  const { contacts } = await client.probe.contacts({
    from: new Date(from),
    to: new Date(to),
    filter: { mediaTypeId: phone },
    isLogged,
    latestFirst: true,
    top: perSpan * 4,
    // No personal field: the agent's number is needed to know that the call was answered.
    fields: [
      'contactId',
      'masterContactId',
      'contactStartDate',
      ...(isLogged ? [] : ['agentId', 'totalDurationSeconds']),
    ],
  });
  const calls = new Map<string, Call & { readonly isLikely: boolean }>();
  for (const contact of contacts) {
    const { contactId, masterContactId, contactStartDate, agentId, totalDurationSeconds } = contact;
    const id = String(masterContactId ?? contactId);
    const isShort = totalDurationSeconds != null && Number(totalDurationSeconds) <= shortSeconds;
    const isLikely = isLogged || (agentId != null && !isShort);
    const known = calls.get(id);
    const start = known?.start ?? Date.parse(String(contactStartDate));
    calls.set(id, { id, start, isLogged, isLikely: isLikely || known?.isLikely === true });
  }
  const inOrder = [...calls.values()].toSorted((a, b) => Number(b.isLikely) - Number(a.isLikely));
  return inOrder.slice(0, perSpan).map(({ id, start }) => ({ id, start, isLogged }));
}
