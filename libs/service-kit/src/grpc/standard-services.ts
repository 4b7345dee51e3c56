import { type Server } from '@grpc/grpc-js';
import { type Health } from '../lifecycle/health';

/** What the standard services tell of. */
export interface StandardServicesOptions {
  /** Names of the services that health knows, besides the server as a whole. */
  readonly services: readonly string[];
  readonly health: Health;
  /** An encoded google.protobuf.FileDescriptorSet, from which reflection (v1 and v1alpha) answers; without it, no reflection. */
  readonly descriptorSet: Uint8Array | undefined;
}

/**
 * Adds `grpc.health.v1.Health`, for the whole server (the empty name) and each service SERVING while the service is ready and
 * NOT_SERVING else, and reflection. Returns how to stop listening to readiness.
 */
export async function addStandardServices(server: Server, options: StandardServicesOptions): Promise<() => void> {
  // These packages read and compile .proto files when they are loaded: only where they serve.
  const { HealthImplementation } = await import('grpc-health-check');
  const { services, health, descriptorSet } = options;
  const names = ['', ...services];
  const implementation = new HealthImplementation();
  const publish = (ready: boolean) => {
    for (const name of names) implementation.setStatus(name, ready ? 'SERVING' : 'NOT_SERVING');
  };
  publish(health.ready);
  implementation.addToServer(server);
  if (descriptorSet !== undefined) {
    const { loadFileDescriptorSetFromBuffer } = await import('@grpc/proto-loader');
    const { ReflectionService } = await import('@grpc/reflection');
    const definition = loadFileDescriptorSetFromBuffer(Buffer.from(descriptorSet));
    new ReflectionService(definition).addToServer(server);
  }
  return health.onChange(publish);
}
