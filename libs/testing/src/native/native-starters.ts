import { type ServiceName } from '../backing-service';
import { cacheFolder } from '../native-install/cache-folder';
import { ensurePrograms } from '../native-install/install-programs';
import { type NativeProgram } from '../native-install/native-program';
import { type ProgramName } from '../native-install/program-catalog';
import { type ServiceStarters } from '../service-starters';
import { startNativeDynamoDb } from './native-dynamodb';
import { startNativeNats } from './native-nats';
import { startNativeObjectStore } from './native-object-store';
import { startNativeRedis } from './native-redis';

const PROGRAM_OF: Readonly<Partial<Record<ServiceName, ProgramName>>> = {
  nats: 'nats-server',
  redis: 'redis-server',
  dynamodb: 'java',
};

/** Finds or fetches the programs of the given services; rejects with what to install where that fails. */
export async function nativeStarters(
  services: readonly ServiceName[],
  report: (line: string) => void,
): Promise<ServiceStarters> {
  const names = services.flatMap((service) => PROGRAM_OF[service] ?? []);
  const { PATH: searchPath = '' } = process.env;
  const found = await ensurePrograms(names, { cacheDir: cacheFolder(process.env), searchPath, report });
  const program = (name: ProgramName): NativeProgram => found[name];
  return {
    nats: (settings) => startNativeNats(program('nats-server'), settings),
    redis: (settings) => startNativeRedis(program('redis-server'), settings),
    dynamodb: (settings) => startNativeDynamoDb(program('java'), settings),
    objectStore: (settings) => startNativeObjectStore(settings),
  };
}
