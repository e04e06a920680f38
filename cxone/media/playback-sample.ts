import { readJson } from '../http/read-json';
import type { Api } from '../api';
import { isObject, valueOf } from '../json/json';
import { limits } from '../limits';
import { type Interaction, parseInteractions, playbackQuery } from './interactions';

/** What Media Playback shows of a call, counted: enough to see which permission is missing. */
export interface PlaybackLook {
  readonly interactions: readonly Interaction[];
  /** Sentiments of all interactions (contract §4.2). */
  readonly sentiments: number;
  /** Category matches of all interactions. */
  readonly categories: number;
}

/**
 * Looks up a call in Media Playback once, as `interactions` does, and counts what only the permission *View sentiments
 * and categories* shows.
 * @returns null when there is nothing under this master contact id (404 or an empty answer)
 * @throws CxoneError
 */
export async function fetchPlaybackLook(
  api: Api,
  masterContactId: string,
  signal?: AbortSignal,
): Promise<PlaybackLook | null> {
  const answer = await api.get(playbackQuery(masterContactId), signal);
  if (answer.status === 404) return null;
  const contentType = answer.header('content-type');
  const interactions = parseInteractions(answer.body, contentType);
  if (interactions === null) return null;
  const content = readJson(answer.body, 'media', contentType);
  return {
    interactions,
    sentiments: entriesUnder(content, 'sentiments'),
    categories: entriesUnder(content, 'categoryMatchesList'),
  };
}

/** Entries of all lists under this name, wherever the answer's several shapes put them (contract §4.2). */
function entriesUnder(value: unknown, name: string, levels: number = limits.recordDepth): number {
  if (levels === 0) return 0;
  if (Array.isArray(value))
    return value.reduce<number>((sum, item) => sum + entriesUnder(item, name, levels - 1), 0);
  if (!isObject(value)) return 0;
  const list = valueOf(value, name);
  const own = Array.isArray(list) ? list.length : 0;
  return Object.values(value).reduce<number>(
    (sum, item) => sum + (item === list ? 0 : entriesUnder(item, name, levels - 1)),
    own,
  );
}
