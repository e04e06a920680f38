export { runWorkerProcess, type WorkerProcessOptions } from './worker-process';
