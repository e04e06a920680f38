import { postgresServers } from '../../../setup/servers';
import type { ColumnValue, Row } from '../../../../store/ingest/batch';
import { at, batch, contact, day, openTestEnvironment, type TestEnvironment } from '../test-environment';

const agent = (agentId: number, values: Readonly<Record<string, ColumnValue>> = {}): Row => ({
  values: { agentId, userName: `agent-${agentId}`, lastUpdated: day.toISOString(), ...values },
  extra: '{"chatThreshold":3}',
});

describe.each(postgresServers())('agents on $label', (server) => {
  let environment: TestEnvironment;
  let pages = 0;
  beforeAll(async () => {
    environment = await openTestEnvironment(server);
  });
  afterEach(() => environment.empty());
  afterAll(() => environment.close());

  async function persist(rows: readonly Row[], watermark?: Date) {
    const pageId = await environment.land(`agents-${(pages += 1)}`, { kind: 'agents' });
    return environment.store.agents.persistPage(
      pageId,
      'acme',
      batch(rows),
      watermark === undefined ? {} : { watermark },
    );
  }

  it('are stored like contacts: inserted, left alone, updated', async () => {
    expect(await persist([agent(1, { systemUser: 'x' }), agent(2)])).toMatchObject({ inserted: 2 });
    expect(await persist([agent(1, { systemUser: 'x' }), agent(2, { isActive: false })])).toMatchObject({
      updated: 1,
      unchanged: 1,
    });
    expect(
      await environment.query(
        'select agent_id, user_name, "system_user", is_active, extra from cxone.agent order by 1',
      ),
    ).toEqual([
      { agent_id: '1', user_name: 'agent-1', system_user: 'x', is_active: null, extra: { chatThreshold: 3 } },
      {
        agent_id: '2',
        user_name: 'agent-2',
        system_user: null,
        is_active: false,
        extra: { chatThreshold: 3 },
      },
    ]);
  });

  it('that are rejected are kept under their own kind', async () => {
    const pageId = await environment.land('bad', { kind: 'agents' });
    const rejected = [{ reason: 'no id', raw: '{}' }];
    await environment.store.agents.persistPage(pageId, 'acme', batch([], { rejected }), {});
    expect(await environment.query('select kind from cxone.rejected_record')).toEqual([{ kind: 'agents' }]);
  });

  describe('the watermark', () => {
    const mark = () => environment.store.watermarks.get('acme', 'agents');

    it('moves with the rows, and never back', async () => {
      expect(await mark()).toBeNull();
      await persist([agent(1)], at(100));
      expect(await mark()).toEqual(at(100));
      await persist([agent(2)], at(50));
      expect(await mark()).toEqual(at(100));
      await persist([agent(3)]);
      expect(await mark()).toEqual(at(100));
      await environment.store.watermarks.advance('acme', 'agents', at(200));
      await environment.store.watermarks.advance('acme', 'agents', at(150));
      expect(await mark()).toEqual(at(200));
    });

    it('is of one tenant and one stream', async () => {
      await environment.store.watermarks.advance('acme', 'contacts', at(1));
      expect(await environment.store.watermarks.get('acme', 'agents')).toBeNull();
      expect(await environment.store.watermarks.get('other', 'contacts')).toBeNull();
    });

    it('does not move when the rows could not be stored', async () => {
      await environment.query('alter table cxone.agent add constraint stop check (agent_id < 100)');
      await expect(persist([agent(100)], at(100))).rejects.toMatchObject({ sqlState: '23514' });
      expect(await mark()).toBeNull();
      await environment.query('alter table cxone.agent drop constraint stop');
    });
  });

  describe('wanted', () => {
    const anHourAgo = () => at(-3600, new Date());
    async function wanted(staleBefore = anHourAgo(), limit = 100) {
      const { windowId, attempt } = await environment.claim();
      return environment.store.agents.wanted({ windowId, attempt, round: 1 }, staleBefore, limit);
    }

    beforeEach(() =>
      environment.persist(
        batch([
          contact(1, { agentId: 30 }),
          contact(2, { agentId: 4 }),
          contact(3, { agentId: 30 }),
          contact(4),
          contact(5, { agentId: 5 }),
        ]),
      ),
    );

    it('are those behind the landed contacts, once, in order, up to the limit', async () => {
      expect(await wanted()).toEqual(['4', '5', '30']);
      expect(await wanted(anHourAgo(), 2)).toEqual(['4', '5']);
    });

    it('are not those that were just stored or are not known to CXone', async () => {
      await persist([agent(4)]);
      await environment.store.agents.recordMisses('acme', ['5', '5']);
      expect(await wanted()).toEqual(['30']);
    });

    it('are again those last looked at too long ago, even if the look changed nothing', async () => {
      await persist([agent(4), agent(5), agent(30)]);
      const future = at(3600, new Date());
      expect(await wanted(future)).toEqual(['4', '5', '30']);
      await environment.query("update cxone.agent_look set looked_at = now() - interval '2 hours'");
      expect(await wanted()).toEqual(['4', '5', '30']);
      expect(await persist([agent(4)])).toMatchObject({ unchanged: 1 });
      expect(await wanted()).toEqual(['5', '30']);
    });

    it('of another tenant do not count', async () => {
      await environment.store.agents.recordMisses('other', ['4']);
      expect(await wanted()).toContain('4');
    });
  });
});
