import { defaulted, type ConfigOf, secretFile, textFile } from './setting';
import { integer, port, text } from './setting-schemas';

const kibibyte = 1024;

/** Address, limits and security of a gRPC server. `defaultPort` is what the port is when nobody says; 0 = any free one. */
export function grpcServerSettings(defaultPort: string) {
  return { ...addressSettings(defaultPort), ...limitSettings, ...securitySettings };
}

/** The validated values of {@link grpcServerSettings}. */
export type GrpcServerSettings = ConfigOf<ReturnType<typeof grpcServerSettings>>;

/** Finds contradictions between the settings of a gRPC server; give it to `loadConfig` as a check. */
export function checkGrpcServerSettings(config: GrpcServerSettings): readonly string[] {
  const problems: string[] = [];
  if ((config.grpcTlsCert === undefined) !== (config.grpcTlsKey === undefined)) {
    problems.push('GRPC_TLS_CERT_FILE and GRPC_TLS_KEY_FILE: give both or neither');
  }
  if (config.grpcTlsClientCa !== undefined && config.grpcTlsCert === undefined) {
    problems.push('GRPC_TLS_CLIENT_CA_FILE: needs GRPC_TLS_CERT_FILE and GRPC_TLS_KEY_FILE');
  }
  if (config.grpcDefaultDeadlineMs > config.grpcMaxDeadlineMs) {
    problems.push('GRPC_DEFAULT_DEADLINE_MS: must not exceed GRPC_MAX_DEADLINE_MS');
  }
  if (config.grpcMaxConnectionAgeGraceMs < config.grpcMaxDeadlineMs) {
    problems.push(
      'GRPC_MAX_CONNECTION_AGE_GRACE_MS: must not be less than GRPC_MAX_DEADLINE_MS, or calls would be cut',
    );
  }
  return problems;
}

function addressSettings(defaultPort: string) {
  return {
    grpcHost: defaulted({
      env: 'GRPC_HOST',
      schema: text(),
      default: '127.0.0.1',
      doc: 'Address to listen on; only this machine by default, 0.0.0.0 in containers',
    }),
    grpcPort: defaulted({ env: 'GRPC_PORT', schema: port(), default: defaultPort, doc: 'Port; 0 = any free one' }),
  };
}

const limitSettings = {
  grpcMaxMessageBytes: defaulted({
    env: 'GRPC_MAX_MESSAGE_BYTES',
    schema: integer(kibibyte, 64 * kibibyte * kibibyte),
    default: String(4 * kibibyte * kibibyte),
    doc: 'Largest message in bytes, received or sent',
  }),
  grpcMaxConcurrentCalls: defaulted({
    env: 'GRPC_MAX_CONCURRENT_CALLS',
    schema: integer(1, 100_000),
    default: '512',
    doc: 'Unary calls handled at a time; more are refused with a time to retry',
  }),
  grpcMaxConcurrentStreams: defaulted({
    env: 'GRPC_MAX_CONCURRENT_STREAMS',
    schema: integer(1, 100_000),
    default: '512',
    doc: 'Streaming calls open at a time; more are refused with a time to retry',
  }),
  grpcDefaultDeadlineMs: defaulted({
    env: 'GRPC_DEFAULT_DEADLINE_MS',
    schema: integer(1, 3_600_000),
    default: '5000',
    doc: 'Milliseconds for a unary call whose caller gave no deadline',
  }),
  grpcMaxDeadlineMs: defaulted({
    env: 'GRPC_MAX_DEADLINE_MS',
    schema: integer(1, 3_600_000),
    default: '30000',
    doc: 'Milliseconds a unary call may last, whatever its caller asked',
  }),
  grpcKeepaliveMs: defaulted({
    env: 'GRPC_KEEPALIVE_MS',
    schema: integer(1_000, 7_200_000),
    default: '30000',
    doc: 'Milliseconds of silence after which a connection is probed; a dead one is closed 10 s later',
  }),
  grpcMaxConnectionAgeMs: defaulted({
    env: 'GRPC_MAX_CONNECTION_AGE_MS',
    schema: integer(1_000, 86_400_000),
    default: '300000',
    doc: 'Milliseconds, a tenth more or less, after which a client has to connect anew, so that it finds replicas that were added',
  }),
  grpcMaxConnectionAgeGraceMs: defaulted({
    env: 'GRPC_MAX_CONNECTION_AGE_GRACE_MS',
    schema: integer(1_000, 86_400_000),
    default: '60000',
    doc: 'Milliseconds that calls on such a connection may still take before they are cut; callers open long streams anew',
  }),
};

const securitySettings = {
  grpcTlsCert: textFile({
    env: 'GRPC_TLS_CERT_FILE',
    doc: 'Certificate chain (PEM) of the server; without it, no TLS',
  }),
  grpcTlsKey: secretFile({ env: 'GRPC_TLS_KEY_FILE', doc: 'Private key (PEM) of the server' }),
  grpcTlsClientCa: textFile({
    env: 'GRPC_TLS_CLIENT_CA_FILE',
    doc: 'Authorities (PEM) that must have signed the certificate of every client (mTLS); without it, clients need none',
  }),
  grpcApiKeys: secretFile({
    env: 'GRPC_API_KEYS_FILE',
    doc: 'Lines of "name key"; callers must then send one as a bearer token; without it, no key is asked for',
  }),
};
