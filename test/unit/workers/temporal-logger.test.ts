import { Writable } from 'node:stream';
import { ApplicationFailure } from '@temporalio/common';
import pino from 'pino';
import { temporalLogger } from '../../../workers/temporal-logger';

function logged(write: (logger: ReturnType<typeof temporalLogger>) => void): Record<string, unknown>[] {
  const lines: Record<string, unknown>[] = [];
  const stream = new Writable({
    write(line: Buffer, _encoding, done) {
      lines.push(JSON.parse(line.toString()) as Record<string, unknown>);
      done();
    },
  });
  write(temporalLogger(pino({ level: 'trace', base: null, timestamp: false }, stream)));
  return lines;
}

describe('what Temporal’s SDK logs', () => {
  it('reaches our log with its level', () => {
    const lines = logged((logger) => {
      for (const level of ['trace', 'debug', 'info', 'warn', 'error'] as const) logger[level](level);
      logger.log('WARN', 'by name');
    });
    expect(lines.map(({ level, msg }) => [level, msg])).toEqual([
      [10, 'trace'],
      [20, 'debug'],
      [30, 'info'],
      [40, 'warn'],
      [50, 'error'],
      [40, 'by name'],
    ]);
  });

  it('keeps names and ids, and drops everything else', () => {
    const [line] = logged((logger) =>
      logger.info('Activity started', {
        workflowId: 'sync-window:acme:x',
        activityType: 'fetchContactPage',
        attempt: 2,
        taskQueue: 'cxone-api',
        input: { fromAddress: '+15550100' },
        headers: { authorization: 'canary' },
        taskToken: 'canary',
        [Symbol('secret')]: 'canary',
      }),
    );
    expect(line).toEqual({
      level: 30,
      msg: 'Activity started',
      workflowId: 'sync-window:acme:x',
      activityType: 'fetchContactPage',
      attempt: 2,
      taskQueue: 'cxone-api',
    });
  });

  it('shows code and message of our own failures: they are safe', () => {
    const error = ApplicationFailure.create({
      type: 'DatabaseFull',
      message: 'No space.',
      details: [{ phone: '+15550100' }],
    });
    const [line] = logged((logger) => logger.warn('Activity failed', { error }));
    expect(line?.['error']).toEqual({
      name: 'ApplicationFailure',
      code: 'DatabaseFull',
      message: 'No space.',
    });
  });

  it('shows only the kind of any other error', () => {
    const [line] = logged((logger) =>
      logger.warn('Activity failed', { error: new TypeError('jane@example.com') }),
    );
    expect(line?.['error']).toEqual({ name: 'TypeError' });
    expect(JSON.stringify(line)).not.toContain('jane');
  });

  it('does not take what is no error for one', () => {
    const [line] = logged((logger) => logger.warn('odd', { error: 'jane@example.com' }));
    expect(JSON.stringify(line)).not.toContain('jane');
  });
});
