import { closers } from './running';

/** Stops the servers that the global set-up started, and removes their data; all of them, even when one fails. */
export default async function globalTeardown(): Promise<void> {
  const outcomes: PromiseSettledResult<void>[] = [];
  for (const close of closers.splice(0)) {
    outcomes.push(...(await Promise.allSettled([Promise.resolve().then(close)])));
  }
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failed) throw failed.reason;
}
