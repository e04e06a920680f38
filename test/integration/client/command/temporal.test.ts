import { connectTemporal } from '../../../../client/command/temporal';
import { mapErrors } from '../../../../client/command/map-errors';
import { createNamespace } from '../../../setup/servers';
import { startTcpProxy } from '../../../setup/tcp-proxy';

describe('a command whose connection to Temporal goes silent', () => {
  it('gives up in its time and says so', async () => {
    const { address, namespace } = await createNamespace();
    const proxy = await startTcpProxy(address);
    const temporal = await connectTemporal(
      { TEMPORAL_ADDRESS: `127.0.0.1:${proxy.port}`, TEMPORAL_NAMESPACE: namespace },
      { call: 2_000, longPoll: 3_000 },
    );
    try {
      expect(await temporal.client.workflow.count()).toMatchObject({ count: 0 });
      proxy.swallow();
      const unanswered = {
        status: 3,
        code: 'TemporalUnavailable',
        message: expect.stringContaining('no answer in time'),
      };
      await expect(mapErrors(() => temporal.client.workflow.count())).rejects.toMatchObject(unanswered);
      const handle = temporal.client.workflow.getHandle('nothing');
      await expect(mapErrors(() => handle.result())).rejects.toMatchObject(unanswered);
      await expect(mapErrors(() => handle.signal('any'))).rejects.toMatchObject(unanswered);
      proxy.heal();
    } finally {
      await temporal.close();
      await proxy.close();
    }
  });
});
