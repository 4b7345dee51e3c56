import { cacheFolder, ensurePrograms } from '@affinity/testing';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const kubernetes = join(__dirname, '../../../../deploy/kubernetes');

/** Every overlay that can be applied. */
export const overlays = ['local', 'production'] as const;

/** Secrets that the overlays expect somebody to have made, with their keys. */
export const outsideSecrets = { production: { erasure: ['hash-key'] }, local: {} } as const;

/** What `kubectl apply -k` would send, as YAML. Fetches kubectl where there is none. */
export async function buildOverlay(overlay: (typeof overlays)[number]): Promise<string> {
  const { kubectl } = await ensurePrograms(['kubectl'], {
    cacheDir: cacheFolder(process.env),
    searchPath: process.env['PATH'] ?? '',
    report: (line) => process.stderr.write(`${line}\n`),
  });
  const { stdout } = await run(kubectl.path, ['kustomize', join(kubernetes, 'overlays', overlay)], {
    env: { ...process.env, ...kubectl.env },
    maxBuffer: 16 * 1024 * 1024,
  });
  return stdout;
}
