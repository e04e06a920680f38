import type { WorkflowHandle } from '@temporalio/client';
import type { Simulator } from '../../simulator';

/** A text that anyone may read, and what to call it when a secret is found in it. */
export interface Exposed {
  readonly where: string;
  readonly text: string;
}

/** All there is of a run in Temporal, as text, and the size of its largest payload in bytes. */
export interface ExposedRun extends Exposed {
  readonly largestPayload: number;
  /** Ids of the children it started. */
  readonly children: readonly string[];
}

/** Everything that may not show outside the tables meant for it, in every form in which it travels. */
export function secretForms({ canaries, credentials }: Simulator): ReadonlyMap<string, string> {
  const { clientId, clientSecret, accessKeySecret } = credentials;
  const secrets = new Set([...canaries, clientSecret, accessKeySecret]);
  const forms = new Map([
    ['X-Amz-Signature', 'a presigned address'],
    ['eyJhbGci', 'a token'],
  ]);
  const encodings: Readonly<Record<string, (text: string) => string>> = {
    'as it is': (text) => text,
    'percent-encoded': encodeURIComponent,
    'form-encoded': (text) => new URLSearchParams({ '': text }).toString().slice(1),
    'in JSON': (text) => JSON.stringify(text).slice(1, -1),
    'in base64': (text) => Buffer.from(text).toString('base64').replace(/=+$/, ''),
    'as client_secret_basic': (text) =>
      Buffer.from(`${clientId}:${text}`).toString('base64').replace(/=+$/, ''),
  };
  for (const secret of secrets) {
    for (const [form, encode] of Object.entries(encodings)) {
      forms.set(encode(secret), `${secret.slice(0, 12)}… ${form}`);
    }
  }
  return forms;
}

/** Which secrets appear where; empty when nothing leaks. @throws for an empty text, which would prove nothing */
export function leaks(forms: ReadonlyMap<string, string>, exposed: readonly Exposed[]): string[] {
  return exposed.flatMap(({ where, text }) => {
    if (text === '') throw new Error(`${where} is empty`);
    return [...forms].flatMap(([form, name]) => (text.includes(form) ? [`${name} in ${where}`] : []));
  });
}

/** Reads a run's history, its description and what Web UI shows of it. */
export async function exposeRun(handle: WorkflowHandle): Promise<ExposedRun> {
  const [history, description, shown] = await Promise.all([
    handle.fetchHistory(),
    handle.describe(),
    handle.query<unknown>('__temporal_workflow_metadata'),
  ]);
  let largestPayload = 0;
  const texts: string[] = [];
  // Payloads are bytes; printed as JSON they would be base64, in which no secret would be found.
  const visit = (value: unknown): void => {
    if (value instanceof Uint8Array) {
      largestPayload = Math.max(largestPayload, value.length);
      texts.push(Buffer.from(value).toString());
    } else if (typeof value === 'object' && value !== null) {
      for (const [key, inner] of Object.entries(value)) {
        texts.push(key);
        visit(inner);
      }
    } else {
      texts.push(String(value));
    }
  };
  visit(history);
  visit(description.raw);
  visit(shown);
  const children = (history.events ?? []).flatMap(
    ({ childWorkflowExecutionStartedEventAttributes: started }) =>
      started?.workflowExecution?.workflowId ?? [],
  );
  return { where: `the history of ${handle.workflowId}`, text: texts.join('\n'), largestPayload, children };
}
