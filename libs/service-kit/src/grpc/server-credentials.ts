import { ServerCredentials } from '@grpc/grpc-js';
import { type GrpcServerSettings } from '../config/grpc-server-settings';

/**
 * How the server secures its connections: plain without a certificate, TLS with one, mutual TLS when the authorities of
 * clients are given too.
 */
export function createServerCredentials(settings: GrpcServerSettings): ServerCredentials {
  const { grpcTlsCert, grpcTlsKey, grpcTlsClientCa } = settings;
  if (grpcTlsCert === undefined || grpcTlsKey === undefined) return ServerCredentials.createInsecure();
  const keyPair = { cert_chain: Buffer.from(grpcTlsCert), private_key: Buffer.from(grpcTlsKey.reveal()) };
  const clientCa = grpcTlsClientCa === undefined ? null : Buffer.from(grpcTlsClientCa);
  return ServerCredentials.createSsl(clientCa, [keyPair], clientCa !== null);
}
