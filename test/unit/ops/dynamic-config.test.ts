import { parse } from 'yaml';
import { textOf } from './compose-file';

type DynamicConfig = Readonly<
  Record<string, readonly { readonly value: unknown; readonly constraints?: object }[]>
>;

const config = parse(textOf('ops', 'temporal', 'dynamic-config.yaml')) as DynamicConfig;

describe('ops/temporal/dynamic-config.yaml', () => {
  it('holds the values that were measured and those that operating asks for', () => {
    expect(config).toEqual({
      'history.transferProcessorMaxPollRPS': [{ value: 2000 }],
      'system.enableActivityEagerExecution': [{ value: true }],
      'matching.enableFairness': [{ value: true }],
      'frontend.enableCancelWorkerPollsOnShutdown': [{ value: true }],
      'matching.numTaskqueueWritePartitions': [{ value: 1 }],
      'frontend.keepAliveTime': [{ value: '10s' }],
      'frontend.keepAliveTimeout': [{ value: '5s' }],
      'limit.maxIDLength': [{ value: 255 }],
      'frontend.namespaceRPS.visibility': [{ value: 50 }],
    });
  });

  it('has every value that the dev server of the demo and of the tests is started with', () => {
    const source = textOf('local', 'temporal-server.ts');
    const given = /const dynamicConfig = \{([^}]+)\}/.exec(source)?.[1] ?? '';
    const pairs = [...given.matchAll(/'([^']+)': ('?\w+'?),/g)];
    expect(pairs).toHaveLength(given.trim().split('\n').length);
    for (const [, key = '', value = ''] of pairs)
      expect(config[key]).toEqual([{ value: JSON.parse(value.replaceAll("'", '"')) as unknown }]);
  });

  it('leaves out what belongs to a laptop only', () => {
    expect(config).not.toHaveProperty(['system.forceSearchAttributesCacheRefreshOnRead']);
  });
});
