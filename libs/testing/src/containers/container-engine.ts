import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);
const ANSWER_WITHIN_MS = 3000;

/** Whether a container engine answers within three seconds. */
export async function engineAnswers(): Promise<boolean> {
  return run('docker', ['info'], { timeout: ANSWER_WITHIN_MS }).then(
    () => true,
    () => false,
  );
}
