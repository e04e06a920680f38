import { CxoneError } from '../cxone-error';
import { errorTable } from '../../errors';

/**
 * Asks for a page; where CXone cannot bring it in time, or the answer is too large, for one of half the rows (contract
 * §2.6), down to `least`.
 *
 * @returns the page, and how many rows were asked for in the end.
 */
export async function shrinkingPage<Page>(
  ask: (top: number) => Promise<Page>,
  top: number,
  least: number,
): Promise<{ readonly page: Page; readonly top: number }> {
  try {
    return { page: await ask(top), top };
  } catch (error) {
    const tooMuch = error instanceof CxoneError && errorTable[error.code].smallerPageHelps;
    if (!tooMuch || top <= least) throw error;
    return shrinkingPage(ask, Math.max(least, Math.floor(top / 2)), least);
  }
}
