import {
  createGrpcServer,
  createMetrics,
  Health,
  loadConfig,
  grpcServerSettings,
  silentLogger,
} from '@affinity/service-kit';
import { descriptorSet } from '@affinity/contracts';
import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

const probe = join(__dirname, '../../../../deploy/images/health-probe.cjs');

function exitCodeOf(target: string): Promise<number> {
  return new Promise((resolve) => {
    execFile(process.execPath, [probe], { env: { HEALTH_TARGET: target } }, (error) =>
      resolve(error === null ? 0 : Number(error.code)),
    );
  });
}

describe('the health probe', () => {
  it('says that a gRPC server is healthy while it is ready, and not before or after', async () => {
    const health = new Health();
    const settings = loadConfig(grpcServerSettings('0'), {});
    const metrics = createMetrics({ service: 'probed', processMetrics: false });
    const server = createGrpcServer({ settings, services: [], descriptorSet, health, metrics, logger: silentLogger() });
    await server.start();
    const target = `grpc://127.0.0.1:${server.port}`;
    try {
      expect(await exitCodeOf(target)).toBe(1);
      health.markServing();
      expect(await exitCodeOf(target)).toBe(0);
      health.markStopping();
      expect(await exitCodeOf(target)).toBe(1);
    } finally {
      await server.stop({ graceMs: 1_000 });
    }
    expect(await exitCodeOf(target)).toBe(1);
  });

  it.each([
    [200, 0],
    [403, 0],
    [503, 1],
  ])('takes the HTTP status %i for exit code %i', async (status, exitCode) => {
    const server = createServer((_, response) => void response.writeHead(status).end());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      expect(await exitCodeOf(`http://127.0.0.1:${(server.address() as AddressInfo).port}/readyz`)).toBe(exitCode);
    } finally {
      server.close();
    }
  });
});
