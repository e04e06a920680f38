import type { Logger } from 'pino';

const everyMs = 15_000;

/**
 * Reads figures for the metrics at once and every 15 seconds, one reading after the other. One that fails is warned of:
 * the figures stand still until the next.
 *
 * @param failed what is said when a reading fails
 * @returns a function that ends it, when what is being read has been read.
 */
export function pollFigures(read: () => Promise<void>, logger: Logger, failed: string): () => Promise<void> {
  const tick = async (): Promise<void> => {
    try {
      await read();
    } catch (error) {
      logger.warn({ err: error }, failed);
    }
  };
  let polling = tick();
  const timer = setInterval(() => {
    polling = polling.then(tick);
  }, everyMs);
  return async () => {
    clearInterval(timer);
    await polling;
  };
}
