import type { NativeConnection } from '@temporalio/worker';
import pino from 'pino';
import { deploymentOptions, logDeploymentRole } from '../../../workers/deployment';

const build = { deploymentName: 'cxone-sync', buildId: '1.4.0' };

interface Line {
  readonly level: number;
  readonly msg: string;
  readonly current?: string | null;
}

function log() {
  const lines: Line[] = [];
  const logger = pino({}, { write: (line: string) => void lines.push(JSON.parse(line) as Line) });
  return { lines, logger };
}
const warning = 40;

/** A server whose answers are these; an `Error` is thrown. */
function server(answers: { readonly list?: unknown; readonly describe?: unknown }) {
  const answer = (with_: unknown) => async () => {
    if (with_ instanceof Error) throw with_;
    return with_;
  };
  return {
    workflowService: {
      listWorkerDeployments: answer(answers.list),
      describeWorkerDeployment: answer(answers.describe),
    },
  } as unknown as Pick<NativeConnection, 'workflowService'>;
}
const refusal = (code: number): Error =>
  Object.assign(new Error('refused'), { code, details: 'refused', metadata: {} });
const routing = (routingConfig: object) => ({ workerDeploymentInfo: { routingConfig } });

describe('a worker', () => {
  it('is unversioned without a build id, and asks no server', async () => {
    const { lines, logger } = log();
    expect(await deploymentOptions(server({ list: refusal(14) }), 'default', null, logger)).toBeUndefined();
    expect(lines).toEqual([]);
  });

  it('is a build of its deployment where the server offers versioning', async () => {
    const { lines, logger } = log();
    expect(await deploymentOptions(server({ list: {} }), 'default', build, logger)).toEqual({
      version: build,
      useWorkerVersioning: true,
      defaultVersioningBehavior: 'AUTO_UPGRADE',
    });
    expect(lines).toEqual([]);
  });

  it.each([7, 9, 12])(
    'is unversioned, and says so, where the server answers with status %i',
    async (code) => {
      const { lines, logger } = log();
      expect(
        await deploymentOptions(server({ list: refusal(code) }), 'default', build, logger),
      ).toBeUndefined();
      expect(lines).toEqual([
        expect.objectContaining({ level: warning, msg: expect.stringContaining('unversioned') as string }),
      ]);
    },
  );

  it('does not start when the server cannot be asked', async () => {
    const { logger } = log();
    await expect(deploymentOptions(server({ list: refusal(14) }), 'default', build, logger)).rejects.toThrow(
      'refused',
    );
  });
});

describe('a build', () => {
  const logged = async (describe: unknown): Promise<Line> => {
    const { lines, logger } = log();
    await logDeploymentRole(server({ describe }), 'default', build, logger);
    expect(lines).toHaveLength(1);
    return lines[0] as Line;
  };

  it.each([
    ['current', routing({ currentDeploymentVersion: { buildId: '1.4.0' } })],
    [
      'ramping',
      routing({
        currentDeploymentVersion: { buildId: '1.3.0' },
        rampingDeploymentVersion: { buildId: '1.4.0' },
      }),
    ],
  ])('that is %s is given work', async (_role, describe) => {
    expect(await logged(describe)).toMatchObject({ msg: 'this build is given work' });
  });

  it.each([
    ['another one is current', routing({ currentDeploymentVersion: { buildId: '1.3.0' } }), '1.3.0'],
    ['none is', routing({}), null],
    ['the deployment is new', refusal(5), null],
  ])('logs how it becomes current when %s', async (_when, describe, current) => {
    const line = await logged(describe);
    expect(line).toMatchObject({ level: warning, current });
    expect(line.msg).toContain(
      'temporal worker deployment set-current-version --deployment-name cxone-sync --build-id 1.4.0',
    );
  });
});
