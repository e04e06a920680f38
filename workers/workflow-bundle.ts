import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Where `npm run build` leaves the workflows, bundled (tools/build.mjs). */
export const builtBundle = join(__dirname, '..', 'workflow-bundle.js');

/**
 * How the worker gets its workflows: from the bundle made at build time, which spares 84 MB of memory and a second of
 * start; from the sources only where nothing was built, as in tests.
 */
export function workflowSource():
  { readonly workflowBundle: { readonly codePath: string } } | { readonly workflowsPath: string } {
  if (existsSync(builtBundle)) return { workflowBundle: { codePath: builtBundle } };
  return { workflowsPath: require.resolve('../workflows') };
}
