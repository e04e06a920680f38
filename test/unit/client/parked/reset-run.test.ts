import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils';
import { resetPoint } from '../../../../client/parked/reset-run';

type Events = Parameters<typeof resetPoint>[0];

/** A history that a real server has recorded (test/replay). */
function recorded(name: string): Events {
  const file = join(__dirname, '..', '..', '..', 'replay', 'histories', `${name}.json`);
  return historyFromJSON(JSON.parse(readFileSync(file, 'utf8'))).events ?? [];
}

/** The steps that the decision at a reset point began. */
function stepsAt(events: Events): readonly string[] {
  const point = String(resetPoint(events));
  return events.flatMap(({ activityTaskScheduledEventAttributes: scheduled }) =>
    String(scheduled?.workflowTaskCompletedEventId) === point ? [scheduled?.activityType?.name ?? ''] : [],
  );
}

/** The same history, failed by a half of the window. */
function failedByChild(events: Events): Events {
  const [failed, ...rest] = [...events].toReversed();
  const attributes = failed?.workflowExecutionFailedEventAttributes;
  const failure = { ...attributes?.failure, cause: { childWorkflowExecutionFailureInfo: {} } };
  const altered = { ...failed, workflowExecutionFailedEventAttributes: { ...attributes, failure } };
  return [altered, ...rest].toReversed();
}

describe('where a failed run goes back to', () => {
  it.each([
    ['the step that failed', 'page-refused', 'fetchContactPage'],
    [
      'the ledger, where what was read was found wanting, so that all is read again',
      'count-mismatch',
      'openWindow',
    ],
    ['nowhere, where no step failed', 'refused-input', null],
  ])('is %s', (_where, history, step) => {
    const steps = stepsAt(recorded(history));
    if (step === null) expect(steps).toEqual([]);
    else expect(steps).toContain(step);
  });

  it('is not the ledger where a half of the window was found wanting', () => {
    expect(resetPoint(failedByChild(recorded('count-mismatch')))).toBeNull();
  });
});
