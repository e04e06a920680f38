import { CommandError } from '../../../client/command/exit-status';
import { codesWhere, type ErrorRow, errorRow, errorTable, isCode } from '../../../errors';
import { cxoneAccessErrors } from '../../../errors/cxone-access';
import { cxoneAnswerErrors } from '../../../errors/cxone-answers';
import { fileErrors } from '../../../errors/files';
import { runErrors } from '../../../errors/run';
import { storeErrors } from '../../../errors/store';
import { StoreError } from '../../../store';

const columns: readonly (keyof ErrorRow)[] = [
  'hostAway',
  'kind',
  'message',
  'quota',
  'refuses',
  'remedy',
  'resume',
  'scope',
  'smallerPageHelps',
];

describe('the table of errors', () => {
  it.each(Object.entries(errorTable))('says every column of %s', (code, row) => {
    expect(code).toMatch(/^[A-Z][A-Za-z]+$/);
    expect(Object.keys(row).toSorted()).toEqual(columns);
    expect(['retryable', 'operator', 'permanent']).toContain(row.kind);
    expect(row.message).not.toBe('');
  });

  it('knows no code of another release', () => {
    expect(errorRow('OfAnotherRelease')).toBeUndefined();
    expect(errorRow('toString')).toBeUndefined();
  });

  it('has each code once', () => {
    const families = [cxoneAccessErrors, cxoneAnswerErrors, storeErrors, fileErrors, runErrors];
    const codes = families.flatMap((family) => Object.keys(family));
    expect(codes.toSorted()).toEqual(Object.keys(errorTable).toSorted());
  });

  it('lets no misspelt code compile, and no row without a column', () => {
    // @ts-expect-error -- a letter is missing
    expect(() => new StoreError('DatabaseUnavailble')).toThrow(TypeError);
    // @ts-expect-error -- a letter is missing
    expect(isCode('OffsetsIgnored', 'OffsetIgnored')).toBe(false);
    // @ts-expect-error -- a command, too, takes codes of closed lists only
    expect(new CommandError(1, 'No.', 'NoWorkers').status).toBe(1);
    const { resume, ...others } = errorTable.PageMissing;
    // @ts-expect-error -- what resume does has to be said
    const row: ErrorRow = others;
    expect(row).not.toHaveProperty('resume', resume);
  });

  it('says what to do about whatever a person has to fix', () => {
    const silent = Object.entries(errorTable).filter(([, row]) => row.kind === 'operator' && !row.remedy);
    expect(silent).toEqual([]);
  });
});

/** Each as it stood as a list of its own before there was a table. */
describe('what follows from the columns', () => {
  const sets: readonly (readonly [string, (row: ErrorRow) => boolean, readonly string[]])[] = [
    [
      'ends in the row of a recording, not in the run',
      ({ scope }) => scope === 'recording' || scope === 'request',
      [
        'MediaLinkExpired',
        'MediaIncomplete',
        'MediaChanged',
        'MediaUnavailable',
        'CxoneUnavailable',
        'RequestTimeout',
        'IncompleteAnswer',
        'UnexpectedShape',
        'UnexpectedHtml',
        'ResponseTooLarge',
        'BadRequest',
        'MediaTooLarge',
        'RecordingIncomplete',
        'RecordingEmpty',
        'RecordingTooLarge',
      ],
    ],
    [
      'is said of one file, and the others are read on',
      ({ scope }) => scope === 'file',
      ['RecordingMissing', 'RecordingDamaged', 'RecordingKeyRefused'],
    ],
    [
      'is asked for again in smaller pages',
      ({ smallerPageHelps }) => smallerPageHelps,
      ['RequestTimeout', 'ResponseTooLarge'],
    ],
    [
      'is a host that is away, so that a download goes on from where it was',
      ({ hostAway }) => hostAway,
      ['MediaUnavailable', 'CxoneUnavailable', 'CxoneUnreachable', 'RequestTimeout'],
    ],
    ['waits for a quota', ({ quota }) => quota !== null, ['QuotaExhausted', 'Throttled']],
    ['waits for a quota of our own counting', ({ quota }) => quota === 'ours', ['QuotaExhausted']],
    [
      'renews a token that an operator has replaced',
      ({ refuses }) => refuses !== null,
      [
        'Unauthorized',
        'ContactsForbidden',
        'AgentsForbidden',
        'LookupsForbidden',
        'MediaForbidden',
        'ExtractionForbidden',
      ],
    ],
    [
      'leaves out reference data for a missing permission',
      ({ refuses }) => refuses === 'lookups' || refuses === 'token',
      ['LookupsForbidden', 'Unauthorized'],
    ],
    [
      'does not park a run',
      ({ resume }) => resume === 'none' || resume === 'ended',
      [
        'InvalidInput',
        'UnknownTenant',
        'WindowInFuture',
        'WindowBusy',
        'WindowNotHeld',
        'PageMissing',
        'Cancelled',
        // No step ends with these: a run was ended from outside, or an update of it is refused.
        'Terminated',
        'NotParked',
        'UpdateRefused',
      ],
    ],
    [
      'has its window read again by resume',
      ({ resume }) => resume === 'window',
      ['CountMismatch', 'OffsetsIgnored', 'TooManyRejected', 'WindowIncomplete'],
    ],
    [
      'was ended by a person, so nothing begins it again',
      ({ resume }) => resume === 'ended',
      ['Cancelled', 'Terminated'],
    ],
  ];

  it.each(sets)('%s', (_what, holds, codes) => {
    expect([...codesWhere(holds)].toSorted()).toEqual(codes.toSorted());
  });

  it('of CXone, PostgreSQL and the storage these may pass by themselves', () => {
    const passing = [...codesWhere(({ kind }) => kind === 'retryable')];
    expect(passing.filter((code) => /^(Database|Recording)/.test(code)).toSorted()).toEqual([
      'DatabaseConflict',
      'DatabaseConnectionsUsedUp',
      'DatabasePoolerRefused',
      'DatabaseUnavailable',
      'RecordingEmpty',
      'RecordingIncomplete',
      'RecordingStorageUnavailable',
    ]);
    expect(passing.filter((code) => !/^(Database|Recording)/.test(code)).toSorted()).toEqual([
      'CountMismatch',
      'CxoneUnavailable',
      'CxoneUnreachable',
      'ExtractionBusy',
      'ExtractionLinkExpired',
      'FilterWidened',
      'IncompleteAnswer',
      'MediaChanged',
      'MediaIncomplete',
      'MediaLinkExpired',
      'MediaUnavailable',
      'QuotaExhausted',
      'RequestTimeout',
      'StepHung',
      'StepTimedOut',
      'Throttled',
      'Unexpected',
      'UnexpectedHtml',
      'WorkerStopping',
    ]);
  });
});
