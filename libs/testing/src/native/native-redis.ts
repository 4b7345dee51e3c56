import { type ServiceSettings, type StartedService } from '../backing-service';
import { type NativeProgram } from '../native-install/native-program';
import { redisIsReady } from '../readiness';
import { redisArguments } from '../server-configuration';
import { startNativeService } from './native-service';

/** Runs redis-server with an append-only file. */
export async function startNativeRedis(
  program: NativeProgram,
  settings: ServiceSettings,
): Promise<StartedService<'redis'>> {
  const { port, dataDir } = settings;
  const service = await startNativeService({
    name: 'redis-server',
    command: program.path,
    args: redisArguments({ host: '127.0.0.1', port, dataDir }),
    env: program.env,
    isReady: () => redisIsReady(port),
  });
  return { service, address: { url: `redis://127.0.0.1:${port}` } };
}
