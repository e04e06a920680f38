import { noopMetricMeter } from '@temporalio/common';

export type Labels = Readonly<Record<string, unknown>>;

/** A meter that remembers what was counted and shown, and under which names. */
export function rememberingMeter() {
  const counted: [string, number, Labels | undefined][] = [];
  const shown: [string, number, Labels | undefined][] = [];
  return {
    counted,
    shown,
    meter: {
      createHistogram: noopMetricMeter.createHistogram.bind(noopMetricMeter),
      withTags: () => noopMetricMeter,
      createCounter: (name: string) => ({
        ...noopMetricMeter.createCounter(name),
        add: (value: number, labels?: Labels) => void counted.push([name, value, labels]),
      }),
      createGauge: (name: string) => ({
        ...noopMetricMeter.createGauge(name),
        set: (value: number, labels?: Labels) => void shown.push([name, value, labels]),
      }),
    },
  };
}
