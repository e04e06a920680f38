import type { FetchedPage, OpenWindow, Pass, Refinement } from '../../activities/types';
import * as paging from './offset-paging';
import * as seeking from './keyset-paging';

/** How far one pass (one filter) of a window is read: by offsets over its starts, or by seeking over its updates. */
export type PassState = paging.PassState | seeking.SeekState;

/** What to ask CXone for, in the terms of either way. */
export type AnySlice = paging.Slice | seeking.SeekSlice;

/** @param toEmpty by start, read on until a page is empty */
export function newPass(window: OpenWindow, filter: Pass, toEmpty: boolean): PassState {
  const { by, pageSize, from, to, readsOn = false, provesEnd = false } = window;
  return by === 'update'
    ? seeking.newSeek(pageSize, from, to, {
        oneMediaType: filter.mediaTypeId !== undefined,
        ...{ readsOn, provesEnd },
      })
    : paging.newPass(pageSize, readsOn ? Date.parse(to) : undefined, toEmpty);
}

/** Takes the next slice to ask for, or null when there is nothing to ask at the moment. */
export function takeSlice(pass: PassState): { readonly slice: AnySlice | null; readonly pass: PassState } {
  return pass.kind === 'seek' ? seeking.takeSeek(pass) : paging.takeSlice(pass);
}

export function pageArrived(pass: PassState, slice: AnySlice, page: FetchedPage): PassState {
  return pass.kind === 'seek'
    ? seeking.seekArrived(pass, slice as seeking.SeekSlice, page)
    : paging.pageArrived(pass, slice, page);
}

/** Puts a slice back that could not be fetched. */
export function requeue(pass: PassState, slice: AnySlice): PassState {
  if (pass.kind !== 'seek') return { ...pass, pending: [slice, ...pass.pending] };
  const sought = slice as seeking.SeekSlice;
  return { ...pass, waiting: false, pending: [sought, ...pass.pending] };
}

export function isRead(pass: PassState): boolean {
  return pass.kind === 'seek' ? seeking.isSought(pass) : paging.isRead(pass);
}

/** Whether the source moved while the pass was read. Seeking is not disturbed by that. */
export function hasMoved(pass: PassState): boolean {
  return pass.kind === 'offset' && pass.moved && !pass.disproved;
}

/** What CXone said the pass holds; null where rows have shown otherwise; by update one answer cannot say it. */
export function totalOf(pass: PassState): number | null {
  return pass.kind === 'offset' && !pass.disproved ? pass.total : null;
}

/** The rows that a pass by start showed, as CXone counts them; null where no count can be believed. */
export function rowsOf(pass: PassState): number | null {
  return pass.kind === 'offset' ? paging.rowsOf(pass) : null;
}

/** Rows that CXone counts for the pass though they start when its window has ended. */
export function beyondOf(pass: PassState): number {
  return pass.kind === 'offset' ? (pass.beyond ?? 0) : 0;
}

/** Whether rows have shown that what CXone counts for the pass is no count. */
export function isDisproved(pass: PassState): boolean {
  return pass.disproved === true;
}

export { isStuck } from './offset-paging';

/** The request for a slice: its range, rows and filter. */
export function requestOf(window: OpenWindow, filter: Pass, slice: AnySlice) {
  const rows = { skip: slice.skip, top: slice.top, ...(window.readsOn && { upToItself: true }) };
  if ('since' in slice) {
    const finer: Pass & Refinement = { ...filter, ...slice.part?.filter };
    return { ...rows, by: 'update' as const, tied: false, filter: finer, from: slice.since, to: window.to };
  }
  const { at } = slice;
  if (at === undefined) {
    return { ...rows, by: 'start' as const, tied: false, filter, from: window.from, to: window.to };
  }
  const to = new Date(Date.parse(at) + 1).toISOString();
  return { ...rows, by: 'start' as const, tied: true, filter, from: at, to };
}

/** A line for Web UI's timeline. */
export function describeSlice(window: OpenWindow, pass: number, slice: AnySlice): string {
  const of = window.passes.length > 1 ? `pass ${pass + 1} of ${window.passes.length}, ` : '';
  if ('since' in slice) {
    return slice.part || slice.skip > 0
      ? `${of}contacts that share the update ${slice.since}`
      : `${of}contacts updated since ${slice.since}`;
  }
  if (slice.at !== undefined) return `${of}contacts that share the start ${slice.at}`;
  return `${of}contacts ${slice.skip + 1}–${slice.skip + slice.top}`;
}
