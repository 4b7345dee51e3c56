import { type Logger } from '../logging/logger';

/** What `runService` needs of the process; `process` itself fits. */
export interface ServiceProcess {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown };
  on(event: 'SIGTERM' | 'SIGINT', listener: () => void): unknown;
  on(event: 'uncaughtException', listener: (error: Error) => void): unknown;
  on(event: 'unhandledRejection', listener: (reason: unknown) => void): unknown;
  exit(code: number): void;
}

/** What happens to a service from outside. */
export interface ProcessListener {
  readonly logger: Logger;
  /** The first SIGTERM or SIGINT. */
  readonly onStopSignal: () => void;
}

/**
 * Owns the signals of a process. The first SIGTERM or SIGINT asks for a stop, the second exits at once with 1. What
 * nobody caught is logged as fatal and exits at once with 1: memory may be half changed, and a restart is safe.
 */
export function ownProcess(host: ServiceProcess, { logger, onStopSignal }: ProcessListener): void {
  let signals = 0;
  const onSignal = (signal: string) => {
    signals += 1;
    logger.info({ signal }, signals === 1 ? 'stopping' : 'second signal: exiting at once');
    if (signals === 1) onStopSignal();
    else host.exit(1);
  };
  const onUncaught = (error: unknown) => {
    logger.fatal({ err: error }, 'uncaught: exiting at once');
    host.exit(1);
  };
  host.on('SIGTERM', () => onSignal('SIGTERM'));
  host.on('SIGINT', () => onSignal('SIGINT'));
  host.on('uncaughtException', onUncaught);
  host.on('unhandledRejection', onUncaught);
}
