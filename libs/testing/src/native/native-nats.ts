import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ServiceSettings, type StartedService } from '../backing-service';
import { type NativeProgram } from '../native-install/native-program';
import { natsIsReady } from '../readiness';
import { natsConfiguration } from '../server-configuration';
import { startNativeService } from './native-service';

/** Runs nats-server with JetStream on files. */
export async function startNativeNats(
  program: NativeProgram,
  settings: ServiceSettings,
): Promise<StartedService<'nats'>> {
  const { port, dataDir } = settings;
  const configFile = join(dataDir, 'nats.conf');
  await writeFile(configFile, natsConfiguration({ host: '127.0.0.1', port, storeDir: join(dataDir, 'jetstream') }));
  const service = await startNativeService({
    name: 'nats-server',
    command: program.path,
    args: ['--config', configFile],
    env: program.env,
    isReady: () => natsIsReady(port),
  });
  return { service, address: { url: `nats://127.0.0.1:${port}` } };
}
