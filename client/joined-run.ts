import type { Output } from './output';

/** A run that started so long before this command, by another machine's clock, was not started by it. In ms. */
const clockDifferenceMs = 5_000;

/**
 * Says so when a run was under way before this command wanted to start it.
 *
 * @param began when the command wanted to, epoch ms
 */
export async function tellWhetherJoined(
  handle: { describe(): Promise<{ readonly startTime: Date }> },
  began: number,
  output: Output,
): Promise<void> {
  const { startTime } = await handle.describe();
  if (startTime.getTime() >= began - clockDifferenceMs) return;
  output.note('It was under way already, with the input it was started with; this command joins it.');
}
