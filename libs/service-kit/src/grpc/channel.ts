import { type ChannelCredentials, type ChannelOptions, credentials } from '@grpc/grpc-js';
import { type Secret } from '../config/secret';

/** How a client secures its connection. */
export interface ClientTls {
  /** Authorities (PEM) that sign the server; those of the system unless given. */
  readonly ca?: string;
  /** Certificate chain (PEM) of this client, for mutual TLS. */
  readonly cert?: string;
  /** Private key (PEM) of this client, for mutual TLS. */
  readonly key?: Secret;
}

/** Credentials for a channel: plain without `tls`. */
export function createChannelCredentials(tls: ClientTls | undefined): ChannelCredentials {
  if (tls === undefined) return credentials.createInsecure();
  const pem = (text: string | undefined) => (text === undefined ? null : Buffer.from(text));
  return credentials.createSsl(pem(tls.ca), pem(tls.key?.reveal()), pem(tls.cert));
}

/**
 * Options of every channel: calls spread over all addresses behind the name (a headless Kubernetes service has one per
 * pod), quick reconnection, dead connections noticed. Of the retries of grpc-js only those of calls that no server has handled
 * (a connection that is closing refused them), because ours have a budget: there is no retry policy.
 */
export function channelOptions(maxMessageBytes: number): ChannelOptions {
  return {
    'grpc.service_config': JSON.stringify({ loadBalancingConfig: [{ round_robin: {} }] }),
    'grpc.service_config_disable_resolution': 1,
    // grpc-js asks at most every 30 s unless told: too seldom to find the pods that a rolling update brings.
    'grpc.dns_min_time_between_resolutions_ms': 1_000,
    'grpc.initial_reconnect_backoff_ms': 100,
    'grpc.max_reconnect_backoff_ms': 2_000,
    'grpc.keepalive_time_ms': 30_000,
    'grpc.keepalive_timeout_ms': 5_000,
    'grpc.max_receive_message_length': maxMessageBytes,
    'grpc.max_send_message_length': maxMessageBytes,
    'grpc.enable_channelz': 0,
  };
}
