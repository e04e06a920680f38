/** What was written to this process's stdout and stderr while a test ran. */
export interface Captured {
  readonly out: () => string;
  readonly err: () => string;
}

/** Catches what is written instead of showing it; `terminal` says whether stderr pretends to be one. */
export function captureOutput(terminal = false): Captured {
  const written = { out: '', err: '' };
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
    written.out += String(text);
    return true;
  });
  jest.spyOn(process.stderr, 'write').mockImplementation((text) => {
    written.err += String(text);
    return true;
  });
  jest.replaceProperty(process.stderr, 'isTTY', terminal);
  return { out: () => written.out, err: () => written.err };
}
