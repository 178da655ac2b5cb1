/**
 * Runs cases, several at a time, in worker threads. Which thread runs which case depends on the moment; what a case
 * comes to does not, and results are taken by name.
 */
import type { Case } from '../regression/job.ts';
import { type CaseResult, runCase } from '../regression/run-case.ts';
import { FolderFiles } from './ci-files.ts';

export interface CaseRun {
  /** Of the configuration. */
  readonly folder: string;
  /** How many cases may run at a time, from 1. */
  readonly workers: number;
  /** Called when a case has begun, and when it is done. */
  started(name: string): void;
  done(result: CaseResult): void;
}

/** How many threads this host runs at a time. */
export function hostParallelism(): number {
  return process.getBuiltinModule('node:os').availableParallelism();
}

/** @returns the results by name. */
export async function runCases(cases: readonly Case[], run: CaseRun): Promise<Map<string, CaseResult>> {
  const results = new Map<string, CaseResult>();
  const workers = Math.min(run.workers, cases.length);
  const take = (result: CaseResult) => {
    results.set(result.name, result);
    run.done(result);
  };
  if (workers > 1) {
    const queue = [...cases];
    await Promise.all(Array.from({ length: workers }, () => serveOne(queue, run, take)));
    return results;
  }
  const files = new FolderFiles(run.folder);
  for (const subject of cases) {
    run.started(subject.name);
    take(runCase(subject, files));
  }
  return results;
}

/** Starts a thread and gives it cases until there are no more. */
function serveOne(queue: Case[], run: CaseRun, take: (result: CaseResult) => void): Promise<void> {
  const { Worker } = process.getBuiltinModule('node:worker_threads');
  // The thread loads the bundle of the command, as the command itself does.
  const entry = JSON.stringify(`${import.meta.dirname}/cli.cjs`);
  const script = `require(${entry}).loadProgram([]).program.serveCases();`;
  const worker = new Worker(script, { eval: true, workerData: { folder: run.folder } });
  return new Promise((resolve, reject) => {
    let current = '';
    let isDone = false;
    const next = () => {
      const subject = queue.shift();
      if (subject === undefined) {
        isDone = true;
        worker.terminate().then(() => resolve(), reject);
        return;
      }
      current = subject.name;
      run.started(current);
      worker.postMessage(subject);
    };
    worker.on('message', (result: CaseResult) => {
      take(result);
      next();
    });
    worker.on('error', (error: Error) => {
      error.message = `${current}: ${error.message}`;
      reject(error);
    });
    worker.on('exit', () => {
      if (!isDone) reject(new Error(`the worker thread of ${current} has ended by itself`));
    });
    next();
  });
}

/** The other side: runs what comes and sends back what it came to. */
export function serveCases(): void {
  const { parentPort, workerData } = process.getBuiltinModule('node:worker_threads');
  const files = new FolderFiles((workerData as { folder: string }).folder);
  parentPort!.on('message', (subject: Case) => parentPort!.postMessage(runCase(subject, files)));
}
