import type { Logger } from 'pino';
import { adviseOnServer } from '../../../workers/server-advice';

async function linesOf(capabilities: object | null): Promise<string[]> {
  const lines: string[] = [];
  const logger = { info: (_facts: object, line: string) => void lines.push(line) } as unknown as Logger;
  const workflowService = { describeNamespace: async () => ({ namespaceInfo: { capabilities } }) };
  await adviseOnServer(
    { workflowService } as unknown as Parameters<typeof adviseOnServer>[0],
    'cxone',
    logger,
  );
  return lines;
}

describe('what a worker says of its Temporal server', () => {
  it.each([{ workerPollCompleteOnShutdown: false }, {}, null])(
    'is the setting that spares steps when workers stop, where it is not made: %j',
    async (capabilities) => {
      expect(await linesOf(capabilities)).toEqual([
        expect.stringContaining('frontend.enableCancelWorkerPollsOnShutdown'),
      ]);
    },
  );

  it('is nothing where it is made', async () => {
    expect(await linesOf({ workerPollCompleteOnShutdown: true })).toEqual([]);
  });
});
