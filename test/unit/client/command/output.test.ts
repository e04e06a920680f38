import fc from 'fast-check';
import { bar, count, createOutput, duration, size } from '../../../../client/command/output';
import { captureOutput } from '../captured';

const isTTY = process.stderr.isTTY;
beforeAll(() => {
  // Absent where stderr is a file, and a property must be there to be replaced.
  process.stderr.isTTY = isTTY ?? false;
});
afterEach(() => jest.restoreAllMocks());

describe('output as text', () => {
  it('has the result on stdout and what happens on the way on stderr', () => {
    const seen = captureOutput();
    const output = createOutput({});
    output.note('starting');
    output.result('complete');
    output.document({ left: 'out' });
    expect(seen.out()).toBe('complete\n');
    expect(seen.err()).toBe('starting\n');
  });

  it('is quiet on the way when asked to be, and still gives the result', () => {
    const seen = captureOutput(true);
    const output = createOutput({ quiet: true });
    output.note('starting');
    output.progress('half');
    output.result('complete');
    expect(seen.err()).toBe('');
    expect(seen.out()).toBe('complete\n');
  });
});

describe('words of others', () => {
  const hostile = 'x\u001b[2J\nacme  contacts  forged\u202e';
  const shown = 'x\\u001b[2J\\nacme  contacts  forged\\u202e';

  it('are one line of text, on whichever way they come', () => {
    const seen = captureOutput();
    const output = createOutput({}, () => 1e9);
    output.result(hostile);
    output.note(hostile);
    output.progress(hostile);
    expect(seen.out()).toBe(`${shown}\n`);
    expect(seen.err()).toBe(`${shown}\n${shown}\n`);
  });

  it('keep their lines as a block, and nothing else that a terminal acts upon', () => {
    const seen = captureOutput();
    createOutput({}).block('{\n "a": "\u001b[2J"\r\n}');
    expect(seen.out()).toBe('{\n "a": "\\u001b[2J"\n}\n');
  });

  it('mean the same in a JSON document', () => {
    const seen = captureOutput();
    createOutput({ json: true }).document({ name: hostile });
    expect(seen.out()).toBe(`{"name":"${shown}"}\n`);
    expect(JSON.parse(seen.out())).toEqual({ name: hostile });
  });
});

describe('output as JSON', () => {
  it('is one document on stdout and nothing else', () => {
    const seen = captureOutput();
    const output = createOutput({ json: true });
    output.note('starting');
    output.document({ ok: true });
    output.result('complete');
    expect(JSON.parse(seen.out())).toEqual({ ok: true });
    expect(seen.err()).toBe('starting\n');
  });
});

describe('progress', () => {
  it('replaces its line on a terminal, and what follows starts on a line of its own', () => {
    const seen = captureOutput(true);
    const output = createOutput({});
    output.progress('one');
    output.progress('two');
    output.result('complete');
    expect(seen.err()).toBe('\r\x1b[2Kone\r\x1b[2Ktwo\n');
    expect(seen.out()).toBe('complete\n');
  });

  it('never runs over the edge of a terminal', () => {
    const seen = captureOutput(true);
    createOutput({}).progress('x'.repeat(1_000));
    expect(seen.err().replace('\r\x1b[2K', '').length).toBeLessThan(process.stderr.columns ?? 80);
  });

  it('is a line every five seconds elsewhere, so that logs stay readable', () => {
    const seen = captureOutput();
    let clock = 1_000_000;
    const output = createOutput({}, () => clock);
    for (const step of ['a', 'b', 'c', 'd']) {
      output.progress(step);
      clock += 2_500;
    }
    expect(seen.err()).toBe('a\nc\n');
  });
});

describe('figures', () => {
  it.each([
    [0, '0 ms'],
    [850.4, '850 ms'],
    [12_345, '12.3 s'],
    [59_949, '59.9 s'],
    [59_990, '1 min 0 s'],
    [119_999, '2 min 0 s'],
    [245_000, '4 min 5 s'],
  ])('%i ms is %s', (ms, text) => {
    expect(duration(ms)).toBe(text);
  });

  it('never say 60 seconds', () => {
    fc.assert(fc.property(fc.nat(10_000_000), (ms) => !/\b60(\.0)? s/.test(duration(ms))));
  });

  it.each([
    [512, '0.5 kB'],
    [1_234_567, '1.2 MB'],
    [2_500_000_000, '2.50 GB'],
  ])('%i bytes are %s', (bytes, text) => {
    expect(size(bytes)).toBe(text);
  });

  it('have thousands separated', () => {
    expect(count(1_234_567)).toBe('1,234,567');
  });
});

describe('the bar', () => {
  it.each([
    [0, 100, '[░░░░░░░░░░░░░░░░░░░░░░░░] 0 %'],
    [50, 100, '[████████████░░░░░░░░░░░░] 50 %'],
    [100, 100, '[████████████████████████] 100 %'],
    [0, 0, '[████████████████████████] 100 %'],
  ])('for %i of %i is %s', (done, whole, text) => {
    expect(bar(done, whole)).toBe(text);
  });

  it('is not there while the whole is unknown', () => {
    expect(bar(7, null)).toBe('');
  });

  it('is always as wide, and never says 100 % before all is done', () => {
    fc.assert(
      fc.property(fc.nat(200_000), fc.integer({ min: 1, max: 100_000 }), (done, whole) => {
        const text = bar(done, whole);
        expect(text.indexOf(']')).toBe(25);
        expect(text.endsWith(' 100 %')).toBe(done >= whole);
      }),
    );
  });
});
