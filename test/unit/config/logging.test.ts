import { PassThrough } from 'node:stream';
import { createLogger, type Settings } from '../../../config';

function logInto(settings: Partial<Settings['logging']> = {}, isTTY = false) {
  const lines: string[] = [];
  const logger = createLogger(
    { level: 'info', format: undefined, ...settings },
    { write: (line: string) => void lines.push(line), isTTY },
  );
  return { logger, lines, first: () => JSON.parse(lines[0] ?? '{}') as Record<string, unknown> };
}

describe('the log', () => {
  it('is JSON with a level in words and a time in UTC', () => {
    const { logger, first } = logInto();
    logger.info({ tenant: 'acme', contacts: 3n }, 'page stored');
    expect(first()).toEqual({
      level: 'info',
      time: expect.stringMatching(/Z$/),
      tenant: 'acme',
      contacts: '3',
      msg: 'page stored',
    });
  });

  it('shows what a terminal would act upon, in whatever field it comes', () => {
    const { logger, lines } = logInto();
    const hostile = 'x\u001b[2J\u202e';
    logger.warn({ [hostile]: hostile, list: [hostile], err: new Error(hostile) }, hostile);
    expect(JSON.parse(lines[0] ?? '{}')).toMatchObject({
      msg: 'x\\u001b[2J\\u202e',
      list: ['x\\u001b[2J\\u202e'],
      err: { message: 'x\\u001b[2J\\u202e' },
      'x\\u001b[2J\\u202e': 'x\\u001b[2J\\u202e',
    });
  });

  it('leaves out what is less serious than its level', () => {
    const { logger, lines } = logInto({ level: 'warn' });
    logger.info('hello');
    logger.warn('look');
    expect(lines).toHaveLength(1);
  });

  it('is JSON elsewhere than on a terminal, unless set otherwise', () => {
    const piped = logInto({}, false);
    piped.logger.info('hello');
    expect(piped.lines[0]).toMatch(/^\{/);
    const requested = logInto({ format: 'json' }, true);
    requested.logger.info('hello');
    expect(requested.lines[0]).toMatch(/^\{/);
  });

  it('is pretty on a terminal or when asked for, and hides the same', () => {
    const output = new PassThrough();
    const logger = createLogger({ level: 'info', format: 'pretty' }, output);
    logger.info({ clientSecret: 'canary', tenant: 'acme' }, 'hello');
    const text = String(output.read());
    expect(text).toContain('hello');
    expect(text).toContain('acme');
    expect(text).not.toContain('canary');
    expect(text).not.toMatch(/^\{/);
  });

  it.each([
    ['clientSecret', 'canary'],
    ['access_token', 'canary'],
    ['Authorization', 'canary'],
    ['accessKeyId', 'canary'],
    ['password', 'canary'],
    ['url', 'https://x/canary'],
    ['fromAddress', 'canary'],
    ['dispositionNotes', 'canary'],
    ['firstName', 'canary'],
    ['emailAddress', 'canary'],
    ['raw', { anything: 'canary' }],
  ])('hides %s, however deep', (key, value) => {
    const { logger, lines } = logInto();
    logger.info({ [key]: value }, 'a');
    logger.info({ outer: [{ inner: { [key]: value } }] }, 'b');
    logger.child({ [key]: value }).info('c');
    logger
      .child({ run: 1 })
      .child({ [key]: value })
      .info('d');
    expect(lines).toHaveLength(4);
    expect(lines[3]).toContain('"run":1');
    expect(lines.join()).not.toContain('canary');
    expect(lines[0]).toContain('[hidden]');
  });

  it.each([
    'GET https://s3.amazonaws.com/a.mp4?X-Amz-Signature=canary',
    'postgresql://user:canary@host/db refused',
    'Bearer canary.x was refused',
    'eyJcanary.eyJcanary.x',
  ])('takes secrets out of texts: %s', (text) => {
    const { logger, lines } = logInto();
    logger.info(text);
    logger.info({ detail: text }, 'detail');
    logger.error(new Error(text));
    logger.error({ err: new Error(text) }, 'failed');
    expect(lines).toHaveLength(4);
    expect(lines.join()).not.toContain('canary');
  });

  it('keeps type, code, message and stack of an error and nothing else of it', () => {
    const { logger, first } = logInto();
    const error = Object.assign(new TypeError('broken'), {
      code: 'E_X',
      config: { headers: { x: 'canary' } },
    });
    logger.error(error, 'it failed');
    expect(first()).toMatchObject({
      msg: 'it failed',
      err: { type: 'TypeError', code: 'E_X', message: 'broken' },
    });
    expect(Object.keys(first()['err'] as object)).toEqual(['type', 'code', 'message', 'stack']);
  });

  it('shows sizes instead of bytes, and stops where things nest without end', () => {
    const { logger, first } = logInto();
    const loop: Record<string, unknown> = {};
    loop['self'] = loop;
    logger.info({ data: Buffer.from('canary'), loop, when: new Date(0) }, 'x');
    expect(first()).toMatchObject({ data: '[6 bytes]', when: '1970-01-01T00:00:00.000Z' });
    expect(JSON.stringify(first())).toContain('[…]');
  });
});
