import fc from 'fast-check';
import {
  evaluationFields,
  interactionMetadataFields,
  readEvaluation,
  readInteractionMetadata,
} from '../../../../cxone';
import { misfitRow } from '../../../../cxone/extraction/csv';
import type { Reading } from '../../../../cxone/records/record-reader';

const segment = {
  'ACD Call ID (Master Contact)': '693159199085',
  'Segment ID': '3f2b-9',
  'Start Date': '2026-03-10 08:00:01',
  'End Date': '2026-03-10T08:05:00.250Z',
  'Voice Recording Status': 'Success',
  'Screen Recording Status': '',
  'Agent 1 ACD ID': '4711',
  'Agent 1 Name': 'Ann Example',
  'Agent 1 Team': 'Nurses',
  'Agent 1 Skills': 'Triage; Refill',
  'Agent 1 Contact Number': '693159199086',
  ANI: '+15550100',
  DNIS: '\\+1555\\0199',
  Disposition: 'Solved',
  Direction: 'Inbound',
  'Media Type': 'Voice',
  'Channel Type': 'Phone call',
};

const stored = (reading: Reading) => {
  if (!reading.ok) throw new Error(`rejected: ${reading.reason}`);
  return reading;
};

describe('a row of interaction metadata', () => {
  it('is read by its headers, into typed values', () => {
    expect(readInteractionMetadata(segment)).toEqual({
      ok: true,
      extra: null,
      drift: [],
      values: {
        segmentId: '3f2b-9',
        acdCallId: 693159199085,
        contactId: 693159199086,
        startDate: '2026-03-10T08:00:01Z',
        endDate: '2026-03-10T08:05:00.250Z',
        voiceRecordingStatus: 'Success',
        screenRecordingStatus: null,
        agentId: 4711,
        agentName: 'Ann Example',
        agentTeam: 'Nurses',
        agentSkills: 'Triage; Refill',
        ani: '+15550100',
        dnis: '+15550199',
        disposition: 'Solved',
        direction: 'Inbound',
        mediaType: 'Voice',
        channelType: 'Phone call',
      },
    });
  });

  it('has a value for every field, however little it says', () => {
    const { values } = stored(readInteractionMetadata({ 'segment id': 'x' }));
    expect(Object.keys(values).sort()).toEqual([...interactionMetadataFields].sort());
  });

  it('keeps unknown columns, and says so', () => {
    const reading = stored(
      readInteractionMetadata({ ...segment, 'Agent 2 Name': 'Bea', 'Agent 2 Team': '', 'ANI (2)': '7' }),
    );
    expect(reading.extra).toBe('{"Agent 2 Name":"Bea","Agent 2 Team":null,"ANI (2)":"7"}');
    expect(reading.drift.map(({ field }) => field)).toEqual(['Agent 2 Name', 'Agent 2 Team', 'ANI (2)']);
  });

  it('keeps what is not of its type, and says so', () => {
    const reading = stored(readInteractionMetadata({ ...segment, 'Start Date': 'yesterday' }));
    expect(reading).toMatchObject({
      values: { startDate: null },
      extra: '{"Start Date":"yesterday"}',
      drift: [{ field: 'Start Date', observedType: 'string' }],
    });
  });

  it.each([
    ['segmentId is missing or empty', { ...segment, 'Segment ID': '' }],
    ['segmentId is missing or empty', { 'ACD Call ID': '1' }],
    ['segmentId is longer than 200 characters', { 'Segment ID': 'x'.repeat(201) }],
    ['the row has another number of cells than the header', { [misfitRow]: '"a",b' }],
  ])('is rejected because %s', (reason, record) => {
    const reading = readInteractionMetadata(record);
    expect(reading).toMatchObject({ ok: false, reason });
    if (!reading.ok)
      expect(JSON.parse(reading.raw)).toEqual(misfitRow in record ? record[misfitRow] : record);
  });
});

describe('a row of evaluations', () => {
  const row = {
    'Workflow ID': 'wf-1',
    'Start Date': '2026-03-10 10:00:00',
    'Last Updated': '2026-03-12T09:00:00Z',
    'Score Percentage': '92.5',
    'Auto Acknowledged': 'Yes',
    'Failed Critical Question': 'false',
    'Agent ID': '11eb-uuid',
    'User Review Comments': 'Said "well done",\nthen hung up',
    'Firstname Eva': 'Eve',
  };

  it('is known by its workflow and the start as it came', () => {
    const { values } = stored(readEvaluation(row));
    expect(values).toMatchObject({
      evaluationId: 'wf-1/2026-03-10 10:00:00',
      workflowId: 'wf-1',
      startDate: '2026-03-10T10:00:00Z',
      lastUpdated: '2026-03-12T09:00:00Z',
      scorePercentage: 92.5,
      autoAcknowledged: true,
      failedCriticalQuestion: false,
      agentId: '11eb-uuid',
      userReviewComments: row['User Review Comments'],
      firstnameEva: 'Eve',
      submissionDate: null,
    });
    expect(Object.keys(values).sort()).toEqual([...evaluationFields].sort());
  });

  it.each([
    ['workflowId', 'startDate'],
    ['Workflow Id', 'Start date'],
    ['WORKFLOW_ID', 'START_DATE'],
    [' workflow-id', 'start.date'],
  ])('is read under %s', (id, start) => {
    const reading = stored(readEvaluation({ [id]: '7', [start]: '2026-03-10T00:00:00' }));
    expect(reading).toMatchObject({
      values: { evaluationId: '7/2026-03-10T00:00:00', startDate: '2026-03-10T00:00:00Z' },
      extra: null,
    });
  });

  it('is known by its workflow alone when it has no start', () => {
    expect(stored(readEvaluation({ workflowId: '7', startDate: '' })).values['evaluationId']).toBe('7/');
  });

  it.each([
    ['workflowId is missing or empty', { ...row, 'Workflow ID': ' ' }],
    ['startDate is longer than 64 characters', { ...row, 'Start Date': 'x'.repeat(65) }],
    ['the row has another number of cells than the header', { [misfitRow]: 'a' }],
  ])('is rejected because %s', (reason, record) => {
    expect(readEvaluation(record)).toMatchObject({ ok: false, reason });
  });
});

it.each([
  ['interaction metadata', readInteractionMetadata, 'segmentId'],
  ['evaluations', readEvaluation, 'evaluationId'],
])('whatever comes as %s is stored with its key, or rejected with a reason', (_what, read, key) => {
  const header = fc.oneof(
    fc.constantFrom('Segment ID', 'Workflow ID', 'Start Date', 'ANI', 'Score', '__proto__', misfitRow),
    fc.string(),
  );
  const record = fc.oneof(
    fc.dictionary(header, fc.string({ unit: 'binary' }), { noNullPrototype: false }),
    fc.anything({ withBigInt: true, withNullPrototype: true }),
  );
  fc.assert(
    fc.property(record, (value) => {
      const reading = read(value);
      if (reading.ok) expect(reading.values[key]).toEqual(expect.stringMatching(/./s));
      else expect([reading.reason, reading.raw]).toEqual([expect.stringMatching(/./), expect.any(String)]);
    }),
    { numRuns: 500 },
  );
});
