/** The services of Affinity, as the client names them. */
export type ServiceName = 'ingest' | 'users' | 'items' | 'profiles' | 'recommendations';

/** How a client reaches Affinity. */
export interface AffinityClientOptions {
  /** `host:port` of the gateway in front of all services, or any name that grpc-js resolves. */
  readonly address: string;
  /** Services that are reached elsewhere, where there is no gateway. */
  readonly addresses?: Readonly<Partial<Record<ServiceName, string>>>;
  /** Turns TLS on; `{}` trusts the authorities of the system. Without it nothing is encrypted. */
  readonly tls?: TlsOptions;
  /** Sent with each call as bearer token. Only over TLS, or on the machine itself. */
  readonly apiKey?: string;
  /** Milliseconds a call may take, retries included, unless the call says otherwise. Default 5000. */
  readonly deadlineMs?: number;
  /** Further tries of a call that was refused for the moment. 0: none. Default 2. */
  readonly retries?: number;
  /** Largest message in bytes, sent or received. Default 4 MiB. */
  readonly maxMessageBytes?: number;
}

/** How a connection is secured. All of it in PEM. */
export interface TlsOptions {
  /** Authorities that sign the server; those of the system unless given. */
  readonly ca?: string;
  /** Certificate chain of this client, for mutual TLS; needs `key`. */
  readonly cert?: string;
  /** Private key of this client, for mutual TLS; needs `cert`. */
  readonly key?: string;
}

/** What one call may be given. */
export interface CallOptions {
  /** Milliseconds the call may take, retries included. Default: the client's; streams have none. */
  readonly timeoutMs?: number;
  /** Cancels the call. */
  readonly signal?: AbortSignal;
}
