import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findChromium } from '../../setup/find-chromium';
import { obtainChromium } from '../../setup/chromium';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cxone-sync-chromium-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function program(name: string, body = ''): string {
  const file = join(folder, name);
  writeFileSync(file, `#!/bin/sh\n${body}\n`);
  chmodSync(file, 0o755);
  return file;
}

describe('the browser that tests drive', () => {
  it('is the one that CHROMIUM names, before any other', () => {
    program('chromium');
    const chosen = program('my-browser');
    expect(findChromium({ CHROMIUM: chosen, PATH: folder })).toBe(chosen);
  });

  it('is never another than the one that was chosen', () => {
    program('chromium');
    const missing = join(folder, 'gone');
    expect(() => findChromium({ CHROMIUM: missing, PATH: folder })).toThrow(/CHROMIUM is .*gone.*unset it/);
  });

  it.each(['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'])(
    'is %s when the PATH has it',
    (name) => {
      const file = program(name);
      expect(findChromium({ PATH: folder }, [])).toBe(file);
    },
  );

  it('is looked for in the usual places last', () => {
    const place = program('elsewhere');
    expect(findChromium({ PATH: '' }, [join(folder, 'gone'), place])).toBe(place);
    expect(findChromium({ PATH: '' }, [])).toBeUndefined();
  });
});

describe('a missing browser', () => {
  const nowhere = { places: [] };

  it('is installed by root, by apt-get', () => {
    const installed = join(folder, 'chromium');
    program('apt-get', `case "$*" in *install*) /bin/cp "$0" '${installed}';; esac`);
    expect(findChromium({ PATH: folder }, [])).toBeUndefined();
    expect(obtainChromium({ PATH: folder }, { isRoot: true, ...nowhere })).toBe(installed);
  });

  it('stays missing where it may not be installed, or nothing can', () => {
    expect(obtainChromium({ PATH: folder }, { isRoot: true, ...nowhere })).toBeUndefined();
    program('apt-get', 'exit 100');
    expect(obtainChromium({ PATH: folder }, { isRoot: true, ...nowhere })).toBeUndefined();
    program('apt-get', `/bin/cp "$0" '${join(folder, 'chromium')}'`);
    expect(obtainChromium({ PATH: folder }, { isRoot: false, ...nowhere })).toBeUndefined();
  });
});
