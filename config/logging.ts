import { isNativeError } from 'node:util/types';
import { type Bindings, type ChildLoggerOptions, type DestinationStream, type Logger, pino } from 'pino';
import pinoPretty from 'pino-pretty';
import type { Settings } from './settings';
import { logText } from './shown-text';

export type { Logger } from 'pino';

/** Keys whose values never belong in a log, whatever their case or spelling: secrets, and what identifies a person. */
const hiddenKeys =
  /secret|token|password|passwd|authorization|cookie|credential|api_?key|access_?key|signature|presigned|connection_?string|database_?url|^(?:url|href|body|raw|values|extra|record)$|phone|e_?mail|first_?name|last_?name|user_?name|from_?address|to_?address|notes$/i;
const urlQuery = /(\bhttps?:\/\/[^\s?#"']+)[?#][^\s"']*/gi;
const password = /(\b[a-z]+:\/\/[^\s:/@"']*):[^\s@/"']+@/gi;
const bearer = /\bBearer\s+[\w.+/=-]+|\beyJ[\w-]+\.[\w.-]+/g;
const deepest = 6;

/**
 * The program's log, on stderr: stdout belongs to results. Keys that name secrets or persons are hidden, addresses
 * lose their query and password, errors keep type, code, message and stack only (those of libraries hold headers).
 */
export function createLogger(
  settings: Settings['logging'],
  destination: DestinationStream & { readonly isTTY?: boolean } = process.stderr,
): Logger {
  const pretty = settings.format === undefined ? destination.isTTY === true : settings.format === 'pretty';
  const stream = pretty
    ? pinoPretty({
        destination: destination as NodeJS.WritableStream,
        colorize: destination.isTTY === true,
        sync: true,
        ignore: 'pid,hostname',
      })
    : destination;
  const logger = pino(
    {
      level: settings.level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: {
        level: (label) => ({ level: label }),
        log: (fields) => hide(fields, 0) as Record<string, unknown>,
      },
      serializers: { err: (value: unknown) => value },
      hooks: {
        logMethod(parameters, method) {
          const shown: unknown[] = parameters.map((one: unknown) =>
            typeof one === 'string' ? hideInText(one) : one,
          );
          const [first] = shown;
          // Left to itself, pino takes the message of a lone error as it is.
          if (first instanceof Error && shown.length === 1) shown.push(hideInText(first.message));
          method.apply(this, shown as Parameters<typeof method>);
        },
      },
    },
    stream,
  );
  return hidingBindings(logger);
}

type BoundChild = (this: Logger, bindings: Bindings, options?: ChildLoggerOptions) => Logger;

/** What a child logger is bound to passes none of pino's formatters. Children inherit the method, hence `this`. */
function hidingBindings(logger: Logger): Logger {
  const child = Reflect.get(logger, 'child') as unknown as BoundChild;
  return Object.assign(logger, {
    child(this: Logger, bindings: Bindings, options?: ChildLoggerOptions) {
      return child.call(this, hide(bindings, 0) as Bindings, options);
    },
  });
}

/** Takes query strings, passwords in URLs and bearer tokens out of a text, and what a terminal would act upon. */
export function hideInText(text: string): string {
  return logText(text.replace(urlQuery, '$1').replace(password, '$1:[hidden]@').replace(bearer, '[token]'));
}

function hide(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return hideInText(value);
  if (typeof value === 'bigint') return String(value);
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  if (value instanceof Error || isNativeError(value)) return describe(value);
  if (Buffer.isBuffer(value)) return `[${value.length} bytes]`;
  if (depth === deepest) return '[…]';
  if (Array.isArray(value)) return value.map((one) => hide(one, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      logText(key),
      hiddenKeys.test(key) ? '[hidden]' : hide(inner, depth + 1),
    ]),
  );
}

function describe(error: Error): Readonly<Record<string, unknown>> {
  const code = 'code' in error && typeof error.code === 'string' ? { code: logText(error.code) } : {};
  return {
    type: logText(error.name),
    ...code,
    message: hideInText(error.message),
    ...(error.stack === undefined ? {} : { stack: hideInText(error.stack) }),
  };
}
