import type { Compose, RunningContainer } from './compose';
import { upOnly, type Change } from './scale-out';
import { untilBothWork } from './side-by-side';

/** The services, those first that others call. Stand-ins for AWS have one replica, and are not replaced under load. */
const services = [
  'feature-store',
  'ingest',
  'profile-aggregator',
  'personalize-feed',
  'lake-sink',
  'recommender-gateway',
] as const;

const graceSeconds = '30';

/** What the other version is. */
export interface NextVersion {
  /** Tag of its images. */
  readonly tag: string;
  readonly schemaFile: string;
}

/**
 * Replaces each service by its image and schema of another version: starts the new one beside the old, waits until it is healthy and
 * both have worked, stops the old one (SIGTERM, then the drain), as a rolling update with maxSurge 1 and maxUnavailable 0 does.
 */
export async function rollEach({ compose, report }: Change, { tag, schemaFile }: NextVersion): Promise<void> {
  for (const service of services) {
    const old = await compose.running(service);
    const startedAtMs = performance.now();
    const replicas = String(old.length * 2);
    const next = { AFFINITY_VERSION: tag, SCHEMA_FILE: schemaFile };
    await compose.compose([...upOnly, '--scale', `${service}=${replicas}`, service], next);
    const all = await compose.running(service);
    for (const { id } of all) await compose.untilHealthy(id);
    report(`  ${service} side by side: ${await untilBothWork(compose, all)}`);
    for (const container of old) {
      await compose.docker(['stop', '--time', graceSeconds, container.id]);
      await assertCleanStop(compose, container);
      await compose.docker(['rm', container.id]);
    }
    report(`  ${service} replaced after ${((performance.now() - startedAtMs) / 1_000).toFixed(1)} s`);
  }
}

async function assertCleanStop(compose: Compose, { id, service }: RunningContainer): Promise<void> {
  const exitCode = await compose.docker(['inspect', '--format', '{{.State.ExitCode}}', id]);
  if (exitCode !== '0') throw new Error(`${service} ended with ${exitCode} in place of 0`);
}
