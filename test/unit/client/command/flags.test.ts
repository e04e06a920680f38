import { Command, InvalidArgumentError } from 'commander';
import { addCommonFlags, idList, wholeNumber } from '../../../../client/command/flags';

describe('lists of ids', () => {
  it.each([
    ['12', [12]],
    ['12,34', [12, 34]],
    [' 12 , 34 ', [12, 34]],
  ])('"%s" is %j', (text, ids) => {
    expect(idList(text)).toEqual(ids);
  });

  it.each(['', '12,', 'a', '0', '-1', '1.5', '12;34', '99999999999999999'])(
    '"%s" is refused with an example',
    (text) => {
      expect(() => idList(text)).toThrow(InvalidArgumentError);
      expect(() => idList(text)).toThrow('such as 12,34');
    },
  );
});

describe('whole numbers', () => {
  const port = wholeNumber(0, 65_535);

  it.each([
    ['0', 0],
    ['4010', 4010],
    ['65535', 65_535],
  ])('"%s" is %i', (text, n) => {
    expect(port(text)).toBe(n);
  });

  it.each(['', ' ', '-1', '65536', '1e3', '0x10', '4010.5', 'any'])(
    '"%s" is refused with what is expected',
    (text) => {
      expect(() => port(text)).toThrow('expected a whole number from 0 to 65535');
    },
  );
});

describe('flags of every command', () => {
  it('are --json and --quiet', () => {
    const command = addCommonFlags(new Command('x')).action(() => undefined);
    command.parse(['--json', '--quiet'], { from: 'user' });
    expect(command.opts()).toEqual({ json: true, quiet: true });
  });
});
