const { transformSync } = require('@swc/core');
const { readFileSync } = require('node:fs');

/**
 * Lets a plain `node -r ./test/setup/typescript.js file.ts` run our sources: tests that kill a process need one of
 * their own, and should not depend on a build being there.
 */
require.extensions['.ts'] = (module, filename) => {
  const { code } = transformSync(readFileSync(filename, 'utf8'), {
    filename,
    jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
    module: { type: 'commonjs', ignoreDynamic: true },
    sourceMaps: 'inline',
  });
  module._compile(code, filename);
};
