import { type Check, type Finding, runChecks } from '../../../../client/check/check';
import { reportText } from '../../../../client/check/table';

const ran: string[] = [];
beforeEach(() => void ran.splice(0));

function check(name: string, status: Finding['status'], needs: readonly string[] = []): Check {
  return {
    name,
    needs,
    run: () => {
      ran.push(name);
      return Promise.resolve({ status, message: `${name} is ${status}.` });
    },
  };
}

describe('a run of checks', () => {
  it('is ok when none failed, whatever is unknown', async () => {
    const report = await runChecks([check('a', 'ok'), check('b', 'unknown')]);
    expect(report.ok).toBe(true);
    expect(report.checks.map(({ name, status }) => [name, status])).toEqual([
      ['a', 'ok'],
      ['b', 'unknown'],
    ]);
  });

  it.each(['required', 'wanted', 'optional'] as const)('says of each check that it is %s', async (need) => {
    const { checks, ok } = await runChecks([check('a', 'failed'), check('b', 'unknown')], () => need);
    expect(checks.map((one) => one.need)).toEqual([need, need]);
    // An optional check never makes the whole fail.
    expect(ok).toBe(need === 'optional');
  });

  it.each(['failed', 'unknown'] as const)('does not try what needs a check that is %s', async (status) => {
    const checks = [check('a', status), check('b', 'ok', ['a']), check('c', 'ok', ['b']), check('d', 'ok')];
    const report = await runChecks(checks);
    expect(ran).toEqual(['a', 'd']);
    expect(report.checks[1]).toMatchObject({
      status: 'unknown',
      code: 'NotReached',
      message: 'Not tried: needs a first.',
    });
    expect(report.checks[2]?.message).toBe('Not tried: needs b first.');
    expect(report.ok).toBe(status !== 'failed');
  });

  it('announces each check before it is run', async () => {
    const announced: string[] = [];
    const checks = [check('a', 'failed'), check('b', 'ok', ['a']), check('c', 'ok')];
    await runChecks(checks, undefined, (name) => {
      expect(ran).not.toContain(name);
      announced.push(name);
    });
    expect(announced).toEqual(['a', 'c']);
  });

  it('does not swallow a mistake of ours', async () => {
    const broken = { ...check('a', 'ok'), run: () => Promise.reject(new TypeError('ours')) };
    await expect(runChecks([broken])).rejects.toThrow('ours');
  });
});

describe('the table', () => {
  it('has a line for each check, and what to do below an arrow', () => {
    const lines = reportText({
      ok: false,
      checks: [
        { name: 'discovery', need: 'required', status: 'ok', message: 'It answers.' },
        {
          ...{ name: 'agents', need: 'required', status: 'failed' },
          ...{ code: 'HiddenAgents', message: 'Three.', remedy: 'Widen.' },
        },
        { name: 'x', need: 'wanted', status: 'unknown', code: 'NotReached', message: 'Not tried.' },
        { name: 'y', need: 'optional', status: 'failed', code: 'NoLink', message: 'Not there.' },
      ],
    });
    expect(lines).toEqual([
      '✓ discovery  It answers.',
      '✗ agents     HiddenAgents: Three.',
      '             → Widen.',
      '? x          Not tried.',
      '– y          NoLink: Not there.',
    ]);
  });
});
