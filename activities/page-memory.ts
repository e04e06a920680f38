/**
 * Keeps the pages that were fetched here last, parsed, until they are persisted: the same process mostly does both,
 * and need not unzip and parse them again. The landed page is the truth; what falls out of here is read from there.
 */
export interface PageMemory<Page> {
  put(pageId: string, page: Page): void;
  /** Hands the page over and forgets it. */
  take(pageId: string): Page | undefined;
}

/** @param capacity pages kept at most; the oldest leaves first. A page of 5,000 contacts is about 25 MB parsed. */
export function createPageMemory<Page>(capacity: number): PageMemory<Page> {
  const pages = new Map<string, Page>();
  return {
    put(pageId, page) {
      pages.delete(pageId);
      pages.set(pageId, page);
      for (const oldest of pages.keys()) {
        if (pages.size <= capacity) break;
        pages.delete(oldest);
      }
    },
    take(pageId) {
      const page = pages.get(pageId);
      pages.delete(pageId);
      return page;
    },
  };
}
