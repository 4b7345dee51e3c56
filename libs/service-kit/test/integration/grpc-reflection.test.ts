import { type AnyService } from '../../src/grpc/service-definition';
import { createGrpcClient } from '../../src/grpc/client';
import { withServer } from '../running-server';

/** A google.protobuf.FileDescriptorSet: file `echo.proto`, package `affinity.test.v1`, message `Echo`, service `EchoService`. */
function descriptorSet(): Buffer {
  const field = (number: number, value: Buffer | string) =>
    Buffer.concat([Buffer.from([(number << 3) | 2, Buffer.byteLength(value)]), Buffer.from(value)]);
  const method = field(
    2,
    Buffer.concat([field(1, 'Say'), field(2, '.affinity.test.v1.Echo'), field(3, '.affinity.test.v1.Echo')]),
  );
  const service = field(6, Buffer.concat([field(1, 'EchoService'), method]));
  const message = field(4, field(1, 'Echo'));
  const file = Buffer.concat([
    field(1, 'echo.proto'),
    field(2, 'affinity.test.v1'),
    message,
    service,
    field(12, 'proto3'),
  ]);
  return field(1, file);
}

// The request `list_services` (field 7) and what is searched for in the answer are short enough to write by hand.
const reflection = {
  service: {
    info: {
      path: '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo',
      requestStream: true,
      responseStream: true,
      requestSerialize: (bytes: Buffer) => bytes,
      requestDeserialize: (bytes: Buffer) => bytes,
      responseSerialize: (bytes: Buffer) => bytes,
      responseDeserialize: (bytes: Buffer) => bytes,
    },
  },
} as const satisfies { service: AnyService };

describe('reflection', () => {
  it('lists the services of the descriptor set', async () => {
    await withServer({}, { server: { descriptorSet: descriptorSet() } }, async ({ address }) => {
      const client = createGrpcClient(reflection, { address, defaultDeadlineMs: 3_000 });
      async function* listServices() {
        yield Buffer.from([0x3a, 1, 0x2a]);
      }
      const answers: string[] = [];
      for await (const answer of client.info(listServices(), { timeoutMs: 3_000 }))
        answers.push(answer.toString('latin1'));
      client.close();
      expect(answers.join()).toContain('affinity.test.v1.EchoService');
    });
  });
});
