import type { Expectation } from './expectation';
import type { Attempted } from './test-environment';

/** Complete, the code on top of the failure, or why the run does not end. */
export function outcomeOf({ end, hang }: Attempted): string {
  if (end === undefined) return hang ?? 'no end';
  if (end.ok) return 'complete';
  return (end.error as { readonly type?: string }).type ?? 'a failure without a code';
}

/** What is wrong with a run under faults, whatever the tables hold. */
export function problemsOf(
  attempted: Attempted,
  expectation: Expectation,
  canaries: readonly string[],
): string[] {
  const { history, problems = [] } = attempted;
  return [...judge(outcomeOf(attempted), expectation), ...leaks(history, canaries), ...problems];
}

function judge(outcome: string, { mayComplete, codes }: Expectation): string[] {
  if (outcome === 'complete')
    return mayComplete ? [] : [`complete, but must fail with ${codes.join(' or ')}`];
  if (codes.includes(outcome)) return [];
  const wanted = [...(mayComplete ? ['complete'] : []), ...codes];
  return [`ended as ${outcome}, not as ${wanted.join(' or ')}`];
}

function leaks(lines: readonly string[], canaries: readonly string[]): string[] {
  const text = lines.join('\n');
  return canaries.filter((canary) => text.includes(canary)).map((canary) => `the history holds "${canary}"`);
}
