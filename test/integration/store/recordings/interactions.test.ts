import { postgresServers } from '../../../setup/servers';
import { at, batch, contact, openTestEnvironment, type TestEnvironment } from '../test-environment';
import { file, id } from '../recording-rows';
import type { InteractionRow } from '../../../../store';

describe.each(postgresServers())('what the answer about a recording said on $label', (server) => {
  let environment: TestEnvironment;
  beforeAll(async () => {
    environment = await openTestEnvironment(server);
  });
  afterEach(() => environment.empty());
  afterAll(() => environment.close());

  const statuses = async (n: number) =>
    (await environment.store.recordings.known('acme', id(n))).map(({ segmentId, status }) => [
      segmentId,
      status,
    ]);

  const interaction = (segmentId: string, more: Partial<InteractionRow> = {}): InteractionRow => ({
    segmentId,
    interactionId: 'uuid',
    kind: 'call',
    mediaType: 'voice-only',
    channelType: 'PHONE_CALL',
    isElevated: false,
    startTime: at(1).toISOString(),
    endTime: at(61).toISOString(),
    acwEndTime: null,
    directionType: 'INBOUND',
    openReasonType: 'CONTACT',
    closeReasonType: 'CONTACT',
    holdSeconds: 12.5,
    maskSeconds: 0,
    hasFile: true,
    participants: '[{"participantType":"AGENT","agentName":"Ann\\u0000 Lee"}]',
    segments: '[]',
    sentiments: '[{"overallSentiment":"POSITIVE"}]',
    categories: '[]',
    tags: '[]',
    businessData: '[]',
    messages: '[]',
    email: null,
    ...more,
  });
  const interactions = () =>
    environment.query('select * from cxone.interaction order by master_contact_id, segment_id');
  beforeEach(() => environment.persist(batch([contact(1)])));

  it('are stored together, or neither of them is', async () => {
    const { recordings } = environment.store;
    await recordings.stored('acme', id(1), file('s1'), interaction('s1'));
    expect(await interactions()).toMatchObject([
      {
        segment_id: 's1',
        direction_type: 'INBOUND',
        hold_seconds: 12.5,
        participants: [{ participantType: 'AGENT', agentName: 'Ann\ufffd Lee' }],
        sentiments: [{ overallSentiment: 'POSITIVE' }],
        email: null,
      },
    ]);
    const broken = interaction('s2', { segments: 'no JSON' });
    await expect(recordings.stored('acme', id(1), file('s2'), broken)).rejects.toMatchObject({
      name: 'StoreError',
    });
    expect(await statuses(1)).toEqual([
      [null, 'pending'],
      ['s1', 'stored'],
    ]);
  });

  it('are replaced by the next answer', async () => {
    const { recordings } = environment.store;
    await recordings.stored('acme', id(1), file('s1'), interaction('s1'));
    await recordings.settled('acme', id(1), [
      interaction('s2', { hasFile: false }),
      interaction('s1', { closeReasonType: 'TRANSFER' }),
    ]);
    expect(await interactions()).toMatchObject([
      { segment_id: 's1', close_reason_type: 'TRANSFER', has_file: true },
      { segment_id: 's2', has_file: false },
    ]);
    expect(await statuses(1)).toEqual([['s1', 'stored']]);
  });

  it('are kept of a chat, which has no file', async () => {
    const chat = interaction('s1', { kind: 'chat', hasFile: false, messages: '[{"text":"hello"}]' });
    await environment.store.recordings.absent('acme', id(1), 'NotFound', [chat]);
    expect(await interactions()).toMatchObject([{ kind: 'chat', messages: [{ text: 'hello' }] }]);
  });
});
