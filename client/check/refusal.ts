import { CxoneError } from '../../cxone';
import { mediaPlaybackSku } from '../../errors';
import type { Finding } from './check';
import { grantRemedy, type GrantedFamily } from './permissions';

/** Runs one request; an error of CXone becomes a finding, everything else is thrown. */
export async function finding(family: GrantedFamily | null, ask: () => Promise<Finding>): Promise<Finding> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof CxoneError)) throw error;
    return family === null ? failed(error) : refused(error, family);
  }
}

/** An error as it is, with the remedy it brings. */
export function failed(
  { code, message, remedy }: Pick<CxoneError, 'code' | 'message' | 'remedy'>,
  instead?: string,
): Finding {
  return { status: 'failed', code, message, remedy: instead ?? remedy };
}

/**
 * A 403, and a 401 for a token that was new, mean a permission or a family that the application is not registered for.
 * A quota that is used up says nothing about either.
 */
function refused(error: CxoneError, family: GrantedFamily): Finding {
  if (error.status === 403 || error.status === 401) return failed(error, grantRemedy(family));
  if (error.status !== 429) return failed(error);
  const remedy =
    'Wait five minutes and check again; a sync that is running may use the whole quota.' +
    (family === 'media' ? ` If it stays so: ${mediaPlaybackSku}.` : '');
  return { status: 'unknown', code: error.code, message: `${error.message} Unknown for now.`, remedy };
}
