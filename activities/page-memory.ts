/**
 * Keeps the pages that were fetched here last, parsed, until they are persisted: the same process mostly does both,
 * and need not unzip and parse them again. The landed page is the truth; what falls out of here is read from there.
 */
export interface PageMemory<Page> {
  put(pageId: string, page: Page): void;
  /** Hands the page over and forgets it. */
  take(pageId: string): Page | undefined;
}

/** Bytes kept at most, by what `weigh` says; fifteen pages of 5,000 contacts. */
const bytesAtMost = 256 * 1024 * 1024;

/**
 * @param capacity pages kept at most; the oldest leaves first.
 * @param weigh what a page takes up, in bytes; pages may be anything from nothing to the cap on an answer, unpacked.
 */
export function createPageMemory<Page>(
  capacity: number,
  weigh: (page: Page) => number = () => 0,
): PageMemory<Page> {
  const pages = new Map<string, { readonly page: Page; readonly weight: number }>();
  let bytes = 0;
  const forget = (pageId: string): void => {
    bytes -= pages.get(pageId)?.weight ?? 0;
    pages.delete(pageId);
  };
  return {
    put(pageId, page) {
      forget(pageId);
      const weight = weigh(page);
      pages.set(pageId, { page, weight });
      bytes += weight;
      for (const oldest of pages.keys()) {
        if (pages.size <= capacity && bytes <= bytesAtMost) break;
        forget(oldest);
      }
    },
    take(pageId) {
      const page = pages.get(pageId)?.page;
      forget(pageId);
      return page;
    },
  };
}
