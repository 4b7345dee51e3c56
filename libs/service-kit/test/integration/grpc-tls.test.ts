import { generate } from 'selfsigned';
import { Secret } from '../../src/config/secret';
import { type ClientTls } from '../../src/grpc/channel';
import { createGrpcClient } from '../../src/grpc/client';
import { type Echo, EchoServiceClient } from '../echo-service';
import { withServer } from '../running-server';

const say = async (request: Echo) => request;

async function certificate(name: string) {
  const { cert, private: key } = await generate([{ name: 'commonName', value: name }], {
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: [
      { name: 'basicConstraints', cA: true },
      { name: 'subjectAltName', altNames: [{ type: 2, value: name }] },
    ],
  });
  return { cert, key };
}

async function call(address: string, tls?: ClientTls): Promise<Echo> {
  const client = createGrpcClient(EchoServiceClient, { address, defaultDeadlineMs: 3_000, ...(tls && { tls }) });
  try {
    return await client.say({ text: 'sealed' });
  } finally {
    client.close();
  }
}

describe('TLS', () => {
  it('serves clients that trust the server, and no others', async () => {
    const server = await certificate('localhost');
    const env = { AFFINITY_GRPC_TLS_CERT_FILE: 'cert', AFFINITY_GRPC_TLS_KEY_FILE: 'key' };
    await withServer({ say }, { env, files: server }, async ({ address }) => {
      expect(await call(address, { ca: server.cert })).toEqual({ text: 'sealed' });
      await expect(call(address, {})).rejects.toMatchObject({ code: 'UNAVAILABLE' });
      await expect(call(address)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    });
  });

  it('asks for the certificate of the client where authorities of clients are given', async () => {
    const [server, client, stranger] = await Promise.all(['localhost', 'search', 'stranger'].map(certificate));
    const files = { ...server!, clientCa: client!.cert };
    const env = {
      AFFINITY_GRPC_TLS_CERT_FILE: 'cert',
      AFFINITY_GRPC_TLS_KEY_FILE: 'key',
      AFFINITY_GRPC_TLS_CLIENT_CA_FILE: 'clientCa',
    };
    const identity = ({ cert, key }: { cert: string; key: string }) => ({
      ca: server!.cert,
      cert,
      key: new Secret(key),
    });
    await withServer({ say }, { env, files }, async ({ address }) => {
      expect(await call(address, identity(client!))).toEqual({ text: 'sealed' });
      await expect(call(address, { ca: server!.cert })).rejects.toMatchObject({ code: 'UNAVAILABLE' });
      await expect(call(address, identity(stranger!))).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    });
  });
});
