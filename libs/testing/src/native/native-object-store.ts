import { join } from 'node:path';
import { type ServiceSettings, type StartedService } from '../backing-service';
import { httpIsReady } from '../readiness';
import { objectStoreAccount, objectStoreEnvironment } from '../server-configuration';
import { appBundle } from '../workspace';
import { startNativeService } from './native-service';

/** Runs the bundle of apps/object-store-local. */
export async function startNativeObjectStore(settings: ServiceSettings): Promise<StartedService<'objectStore'>> {
  const { port, dataDir } = settings;
  const account = await objectStoreAccount(dataDir);
  const root = join(dataDir, 'objects');
  const service = await startNativeService({
    name: 'object-store-local',
    command: process.execPath,
    args: [await appBundle('object-store-local')],
    env: objectStoreEnvironment({ host: '127.0.0.1', port, root, secretFile: account.secretFile }),
    isReady: () => httpIsReady(port),
  });
  return { service, address: { endpoint: `http://127.0.0.1:${port}`, root, ...account.credentials } };
}
