import { type Server } from '@grpc/grpc-js';
import { HealthImplementation } from 'grpc-health-check';
import { type Health } from '../lifecycle/health';

/**
 * Answers `grpc.health.v1.Health` for the whole server (the empty name) and each service: SERVING while the service is
 * ready, NOT_SERVING else. Returns how to stop listening to readiness.
 */
export function addHealthService(server: Server, services: readonly string[], health: Health): () => void {
  const names = ['', ...services];
  const implementation = new HealthImplementation();
  const publish = (ready: boolean) => {
    for (const name of names) implementation.setStatus(name, ready ? 'SERVING' : 'NOT_SERVING');
  };
  publish(health.ready);
  implementation.addToServer(server);
  return health.onChange(publish);
}
