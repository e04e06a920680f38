import { ActivityFailure, ApplicationFailure, RetryState } from '@temporalio/common';
import { apart, causeOfRaised, errorTable, sentencesOf } from '../../../errors';
import { causeOf, failureOf, permanentFailure } from '../../../workflows/failures';

const cause = {
  code: 'ContactsForbidden' as const,
  message: 'CXone Reporting (contacts) answered with status 403.',
  remedy: 'Give the permission. Then resume.',
  passing: false,
};

/** As releases before 0.2.0 wrote it into histories: the remedy ends the message, and is in the details. */
const old = ApplicationFailure.create({
  type: cause.code,
  message: `${cause.message} ${cause.remedy}`,
  nonRetryable: true,
  details: [{ remedy: cause.remedy }],
});

describe('a failure', () => {
  it.each([
    ['of an earlier release', old],
    ['of this release', failureOf(cause)],
  ])('%s shows the same, and gives message and remedy apart', (_what, failure) => {
    expect(failure.message).toBe(
      'CXone Reporting (contacts) answered with status 403. Give the permission. Then resume.',
    );
    expect(causeOf(failure)).toEqual(cause);
    const inChain = new ActivityFailure(
      'Activity task failed',
      'fetchContactPage',
      '7',
      RetryState.NON_RETRYABLE_FAILURE,
      'worker',
      failure,
    );
    expect(causeOf(inChain)).toEqual(cause);
    expect(failureOf(causeOf(failure)).message).toBe(failure.message);
  });

  it('that passed from run to run says its remedy once', () => {
    const again = failureOf(causeOf(failureOf(causeOf(old))));
    expect(again.message).toBe(old.message);
    expect(causeOf(again)).toEqual(cause);
  });

  it('of an earlier release whose remedy stands in the middle gives both apart, too', () => {
    const parked = ApplicationFailure.create({
      type: cause.code,
      message: `${cause.message} ${cause.remedy} It was parked, and no one answered in time.`,
      details: [{ remedy: cause.remedy, passing: true }],
    });
    expect(causeOf(parked)).toEqual({
      ...cause,
      message: `${cause.message} It was parked, and no one answered in time.`,
      passing: true,
    });
  });

  it('without details, or without a code, is still a cause', () => {
    expect(causeOf(ApplicationFailure.create({ message: 'No.' }))).toEqual({
      code: 'Unexpected',
      message: 'No.',
      remedy: '',
      passing: false,
    });
  });

  it('with nothing to do about it holds its message once', () => {
    const failure = permanentFailure({ code: 'UpdateRefused', message: 'Not now.' });
    expect([failure.message, failure.details]).toEqual(['Not now.', [{ remedy: '' }]]);
    expect(causeOf(failure)).toMatchObject({ message: 'Not now.', remedy: '' });
  });

  it('may pass by itself where the table says so of its code', () => {
    const passing = (code: 'CountMismatch' | 'ExtractionBusy' | 'FilterWidened' | 'ExtractionFailed') =>
      causeOf(permanentFailure({ code })).passing;
    const codes = ['CountMismatch', 'ExtractionBusy', 'FilterWidened', 'ExtractionFailed'] as const;
    expect(codes.map(passing)).toEqual([true, true, true, false]);
  });
});

describe('message and remedy', () => {
  it('are the words of the table where an error has none of its own', () => {
    const { message, remedy } = errorTable.WindowBusy;
    expect(causeOfRaised({ code: 'WindowBusy' })).toEqual({ code: 'WindowBusy', message, remedy });
    expect(causeOfRaised({ code: 'WindowBusy', message: 'By run "x".' })).toMatchObject({
      message: 'By run "x".',
      remedy,
    });
  });

  it.each([
    ['Full', 'Free some.', 'Full. Free some.'],
    ['Full.', 'Free some.', 'Full. Free some.'],
    ['Full:', 'Free some.', 'Full. Free some.'],
    ['Full', '', 'Full'],
  ])('are joined as sentences: %j and %j', (message, remedy, both) => {
    expect(sentencesOf({ message, remedy })).toBe(both);
  });

  it('of a row that an earlier release wrote are taken apart, and others left as they are', () => {
    expect(apart({ message: 'Full. Free some.', remedy: 'Free some.' })).toEqual({
      message: 'Full.',
      remedy: 'Free some.',
    });
    const row = { message: 'Full.', remedy: 'Free some.', since: 7 };
    expect(apart(row)).toBe(row);
  });
});
