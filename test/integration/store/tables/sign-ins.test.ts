import { createAuthenticationActivities } from '../../../../activities/authentication';
import { tenantDirectory } from '../../../../activities/tenants';
import { createCxoneClient, type CxoneClient } from '../../../../cxone';
import { type Simulator, startSimulator } from '../../../../simulator';
import { postgresServers } from '../../../setup/servers';
import { run, tuning } from '../../../unit/activities/fakes';
import { openTestEnvironment, type TestEnvironment } from '../test-environment';

describe.each(postgresServers())('two workers and a person who fixes something, on $label', (server) => {
  let environment: TestEnvironment;
  let simulator: Simulator;
  const clients: CxoneClient[] = [];
  beforeAll(async () => {
    environment = await openTestEnvironment(server);
    simulator = await startSimulator({ contactsPerDay: 20 });
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) client.close();
    simulator.setFaults([]);
    simulator.journal.clear();
    await environment.empty();
  });
  afterAll(async () => {
    await simulator?.close();
    await environment?.close();
  });

  /** What a worker process puts together: a client of its own on the store of all. */
  function worker(tenant = 'acme') {
    const cxone = createCxoneClient(
      {
        tenant,
        issuer: simulator.address,
        authentication: 'application',
        clientAuthentication: 'client_secret_post',
        ...simulator.credentials,
        apiVersion: 'v34.0',
        updatedSinceInclusive: true,
        mediaHosts: [],
        allowInsecureHosts: ['127.0.0.1'],
        timeoutMs: 5_000,
      },
      { credentialsGeneration: () => environment.store.signIns.count(tenant) },
    );
    clients.push(cxone);
    const tenants = tenantDirectory([{ name: tenant, cxone, tuning }]);
    const activities = createAuthenticationActivities({ store: environment.store, tenants });
    return {
      signIn: (anew = false) => run(activities, 'authenticate', { tenant, anew }),
      agents: () => cxone.agentPage({ skip: 0, top: 5 }),
    };
  }
  const tokensAsked = (): number => simulator.journal.count({ family: 'auth' });
  const refusedTimes = async (times: number, ask: () => Promise<unknown>): Promise<void> => {
    for (let turn = 0; turn < times; turn += 1) {
      await expect(ask()).rejects.toMatchObject({ code: 'InvalidAccessKey' });
    }
  };

  it('both go on at once, and neither asks for a token more than once for each resume', async () => {
    simulator.setFaults([{ name: 'keyDeactivated' }]);
    const [one, other] = [worker(), worker()];
    await refusedTimes(3, () => one.signIn());
    await refusedTimes(3, other.agents);
    expect(tokensAsked()).toBe(2);
    // Resumed although nothing is fixed yet.
    await refusedTimes(1, () => one.signIn(true));
    await refusedTimes(4, one.agents);
    await refusedTimes(4, other.agents);
    expect(tokensAsked()).toBe(4);
    simulator.setFaults([]);
    await one.signIn(true);
    expect((await other.agents()).records.length).toBeGreaterThan(0);
    await other.signIn();
    expect(tokensAsked()).toBe(6);
  });

  it('a token of before is renewed where it sees too little, once', async () => {
    const [one, other] = [worker(), worker()];
    await other.agents();
    simulator.setFaults([{ name: 'forbidden', match: { family: 'agents' } }]);
    await expect(other.agents()).rejects.toMatchObject({ code: 'AgentsForbidden' });
    expect(tokensAsked()).toBe(1);
    await one.signIn(true);
    await expect(other.agents()).rejects.toMatchObject({ code: 'AgentsForbidden' });
    await expect(other.agents()).rejects.toMatchObject({ code: 'AgentsForbidden' });
    expect(tokensAsked()).toBe(3);
  });

  it('another tenant has nothing to do with it', async () => {
    simulator.setFaults([{ name: 'keyDeactivated' }]);
    const [one, stranger] = [worker(), worker('globex')];
    await refusedTimes(1, () => stranger.signIn());
    await refusedTimes(1, () => one.signIn(true));
    await refusedTimes(2, () => stranger.signIn());
    expect(tokensAsked()).toBe(2);
  });
});
