import { readFile } from 'node:fs/promises';

/** What a process has used so far: processor time in ms, and the most memory it held, in bytes. */
export interface ProcessUse {
  readonly cpuMs: number;
  readonly peakMemory: number;
}

/** Linux counts processor time in hundredths of a second on every system (`USER_HZ`). */
const tickMs = 10;

/** Reads it from `/proc`; null where the system does not say, or the process has ended. */
export async function useOf(pid: number | undefined): Promise<ProcessUse | null> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    // The name of the program may hold spaces and brackets; the figures come after its last one.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [user, system] = [Number(fields[11]), Number(fields[12])];
    const status = await readFile(`/proc/${pid}/status`, 'utf8');
    const kilobytes = Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]);
    // A process that has ended and was not asked for its status yet has no memory any more.
    if (Number.isNaN(kilobytes)) return null;
    return { cpuMs: (user + system) * tickMs, peakMemory: kilobytes * 1024 };
  } catch {
    return null;
  }
}

/** Watches a process until it ends, and returns what it had used when last measured. */
export function watchUse(pid: number | undefined, everyMs = 20): () => ProcessUse | null {
  let last: ProcessUse | null = null;
  const look = async (): Promise<void> => {
    last = (await useOf(pid)) ?? last;
  };
  void look();
  const timer = setInterval(() => void look(), everyMs);
  return () => {
    clearInterval(timer);
    return last;
  };
}
