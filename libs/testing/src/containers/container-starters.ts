import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type GenericContainer } from 'testcontainers';
import { type ServiceSettings, type StartedService } from '../backing-service';
import { httpIsReady, natsIsReady, redisIsReady } from '../readiness';
import {
  DYNAMODB_ENVIRONMENT,
  dynamoDbArguments,
  dynamoDbCredentials,
  natsConfiguration,
  objectStoreAccount,
  objectStoreEnvironment,
  redisArguments,
} from '../server-configuration';
import { type ServiceStarters } from '../service-starters';
import { appBundle } from '../workspace';
import { startContainerService } from './container-service';

const EVERYWHERE = '0.0.0.0';
/** Where Amazon's image keeps DynamoDB Local. */
const DYNAMODB_FOLDER = '/home/dynamodblocal';

/** Starts each server as a container, with the same configuration as natively. */
export function containerStarters(): ServiceStarters {
  return { nats: startNats, redis: startRedis, dynamodb: startDynamoDb, objectStore: startObjectStore };
}

async function startNats(settings: ServiceSettings): Promise<StartedService<'nats'>> {
  const content = natsConfiguration({ host: EVERYWHERE, port: 4222, storeDir: '/data/jetstream' });
  const service = await startContainerService({
    name: 'NATS',
    image: 'nats:2',
    containerPort: 4222,
    hostPort: settings.port,
    configure: (container) =>
      withFolder(container, settings.dataDir)
        .withCopyContentToContainer([{ content, target: '/etc/affinity-nats.conf', mode: 0o644 }])
        .withCommand(['--config', '/etc/affinity-nats.conf']),
    isReady: () => natsIsReady(settings.port),
  });
  return { service, address: { url: `nats://127.0.0.1:${settings.port}` } };
}

async function startRedis(settings: ServiceSettings): Promise<StartedService<'redis'>> {
  const service = await startContainerService({
    name: 'Redis',
    image: 'redis:7',
    containerPort: 6379,
    hostPort: settings.port,
    configure: (container) =>
      withFolder(container, settings.dataDir).withCommand([
        'redis-server',
        ...redisArguments({ host: EVERYWHERE, port: 6379, dataDir: '/data' }),
      ]),
    isReady: () => redisIsReady(settings.port),
  });
  return { service, address: { url: `redis://127.0.0.1:${settings.port}` } };
}

async function startDynamoDb(settings: ServiceSettings): Promise<StartedService<'dynamodb'>> {
  const dataDir = settings.durable ? { dataDir: '/data' } : {};
  const service = await startContainerService({
    name: 'DynamoDB Local',
    image: 'amazon/dynamodb-local:latest',
    containerPort: 8000,
    hostPort: settings.port,
    configure: (container) =>
      (settings.durable ? withFolder(container, settings.dataDir) : container)
        .withWorkingDir(DYNAMODB_FOLDER)
        .withEnvironment(DYNAMODB_ENVIRONMENT)
        .withCommand(dynamoDbArguments({ port: 8000, folder: DYNAMODB_FOLDER, ...dataDir })),
    isReady: () => httpIsReady(settings.port),
  });
  return { service, address: { endpoint: `http://127.0.0.1:${settings.port}`, ...dynamoDbCredentials() } };
}

async function startObjectStore(settings: ServiceSettings): Promise<StartedService<'objectStore'>> {
  const account = await objectStoreAccount(settings.dataDir);
  const bundle = await appBundle('object-store-local');
  const root = join(settings.dataDir, 'objects');
  await mkdir(root, { recursive: true });
  const paths = { root: '/data/objects', secretFile: '/data/secret-key' };
  const service = await startContainerService({
    name: 'object-store-local',
    image: 'node:24-bookworm-slim',
    containerPort: 9000,
    hostPort: settings.port,
    configure: (container) =>
      withFolder(container, settings.dataDir)
        .withCopyFilesToContainer([{ source: bundle, target: '/app/main.cjs', mode: 0o644 }])
        .withEnvironment(objectStoreEnvironment({ host: EVERYWHERE, port: 9000, ...paths }))
        .withCommand(['node', '/app/main.cjs']),
    isReady: () => httpIsReady(settings.port),
  });
  return { service, address: { endpoint: `http://127.0.0.1:${settings.port}`, root, ...account.credentials } };
}

/**
 * Data lies on this machine's disk: it survives a restart of the container, and the lake can be read from there. The server
 * runs as the user who owns the folder, so that the files stay theirs.
 */
function withFolder(container: GenericContainer, source: string): GenericContainer {
  const [uid, gid] = [process.getuid?.() ?? 0, process.getgid?.() ?? 0];
  return container.withBindMounts([{ source, target: '/data', mode: 'rw' }]).withUser(`${uid}:${gid}`);
}
