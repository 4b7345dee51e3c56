import { type BackingService } from '../backing-service';
import { ManagedProcess, type ProcessSpec } from '../managed-process';

const STOP_GRACE_MS = 10_000;

/** Starts a server as a child process and wraps it with its faults. */
export async function startNativeService(spec: ProcessSpec): Promise<BackingService> {
  const child = await ManagedProcess.start(spec);
  return {
    kill: async () => {
      await child.kill();
    },
    pause: () => {
      child.pause();
      return Promise.resolve();
    },
    resume: () => {
      child.resume();
      return Promise.resolve();
    },
    restart: () => child.restart(STOP_GRACE_MS),
    stop: async () => {
      await child.stop(STOP_GRACE_MS);
    },
  };
}
