import { startProcess } from '../../../local/process';

/** Starts a program that has a child of its own and ignores the polite signal if asked to; says their numbers. */
const stubborn = process.argv[2] === 'stubborn' ? 'trap "" TERM;' : '';
const child = startProcess({
  name: 'program',
  command: '/bin/sh',
  graceMs: 500,
  args: ['-c', `${stubborn} sleep 1000 & echo $!; wait`],
});
const timer = setInterval(() => {
  const grandchild = Number.parseInt(child.tail(), 10);
  if (Number.isNaN(grandchild)) return;
  clearInterval(timer);
  process.stdout.write(`${JSON.stringify([child.pid, grandchild])}\n`);
}, 10);
