import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * Where fetched programs are kept: `AFFINITY_CACHE_DIR`, else `affinity` below `XDG_CACHE_HOME`, else `~/.cache/affinity`.
 */
export function cacheFolder(environment: Readonly<Record<string, string | undefined>>): string {
  const { AFFINITY_CACHE_DIR: own, XDG_CACHE_HOME: shared } = environment;
  return own ? own : join(shared ? shared : join(homedir(), '.cache'), 'affinity');
}
