import { createAnswerKeeper } from '../../activities';
import type { KeepAnswer } from '../../cxone';
import { openStore } from '../../store';

/**
 * Keeps what CXone answers to a command, as workers do, so that `errors show` finds what the command's message names.
 *
 * @param work gets what takes the answers; when it ends, those that are being written are waited for.
 */
export async function keepingAnswers<T>(
  databaseUrl: string,
  tenant: string,
  work: (keepAnswer: KeepAnswer) => Promise<T>,
): Promise<T> {
  const store = openStore({ url: databaseUrl, maxConnections: 1, applicationName: 'cxone-sync answers' });
  // That an answer could not be kept changes nothing of what the command says; its id leads nowhere then.
  const keeper = createAnswerKeeper({ errors: store.apiErrors, now: Date.now, onError: () => undefined });
  try {
    return await work(keeper.forTenant(tenant));
  } finally {
    await keeper.settle();
    await store.close();
  }
}
