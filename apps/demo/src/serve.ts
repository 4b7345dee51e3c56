import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { marketplaceSchemaText } from '@affinity/datasets';
import { alignColumns } from './report/report';
import { backgroundFolder, listenForOrders } from './system/background-system';
import { startLocalSystem, type SystemPorts } from './system/local-system';
import { systemRows } from './system/system-rows';

/** The ports of a background system. */
export const backgroundPorts: SystemPorts = {
  servers: { nats: 4222, redis: 6379, dynamodb: 8000, objectStore: 9000 },
  apps: { ingest: 7001, 'feature-store': 7002, 'recommender-gateway': 7003, 'personalize-local': 7010 },
};

const lakeFlushMs = 10_000;
/** Days that the generated schema covers where the folder has none. */
const schemaDays = 90;

/**
 * Runs a system on fixed ports, its data in `.local`, until it is asked to stop. The schema is `.local/schema.yaml`; the
 * marketplace's is put there at first. Resolves when the system has stopped.
 */
export async function serve(write: (line: string) => void, signal: AbortSignal): Promise<void> {
  const schemaFile = join(backgroundFolder, 'schema.yaml');
  const schemaText = await readFile(schemaFile, 'utf8').catch(() => marketplaceSchemaText(schemaDays));
  const system = await startLocalSystem({
    schemaText,
    folder: backgroundFolder,
    keepsData: true,
    ports: backgroundPorts,
    lakeFlushMs,
    report: write,
    onCrash: (app, output) => write(`${app} ended. Its last output:\n${output}`),
  });
  await new Promise<void>((resolve, reject) => {
    const stop = async (): Promise<void> => {
      await system.stop();
      resolve();
    };
    signal.addEventListener('abort', () => void stop(), { once: true });
    const describe = (): string => alignColumns(systemRows(system)).join('\n');
    listenForOrders({ describe, stop }).catch(async (error: unknown) => {
      await system.stop();
      reject(error instanceof Error ? error : new Error(String(error)));
    });
  });
}
