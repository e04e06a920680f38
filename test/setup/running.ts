/** What the global tear-down has to end, kept on the process because Jest shares nothing else between the two. */
export type Closer = () => Promise<void> | void;

const key = Symbol.for('cxone-sync.test.closers');
const shared = globalThis as { [key]?: Closer[] };

/** Called from first to last. */
export const closers: Closer[] = (shared[key] ??= []);
