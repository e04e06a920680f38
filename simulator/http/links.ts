import type { Parameters } from './parameters';

/** The largest page; more is clamped, and it is also the default (contract §2.6, §3.1). */
export const largestPage = 10_000;

/** `_links` of a page: absolute addresses; `next` and `previous` only where there is something (contract §2.1). */
export interface Links {
  readonly self: string;
  readonly next?: string;
  readonly previous?: string;
}

/** A page that holds `count` of `total` rows from row `skip` on, of `top` that were asked for. */
export interface ServedPage {
  readonly skip: number;
  readonly top: number;
  readonly count: number;
  readonly total: number;
}

export function linksOf(url: string, parameters: Parameters, { skip, top, count, total }: ServedPage): Links {
  const query = parameters.toString();
  return {
    self: query === '' ? url : `${url}?${query}`,
    ...(skip + count < total && { next: `${url}?${parameters.with('skip', String(skip + count))}` }),
    ...(skip > 0 && { previous: `${url}?${parameters.with('skip', String(Math.max(0, skip - top)))}` }),
  };
}
