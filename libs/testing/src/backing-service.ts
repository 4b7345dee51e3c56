/** The servers a stack can have. */
export const SERVICE_NAMES = ['nats', 'redis', 'dynamodb', 'objectStore'] as const;

/** One of {@link SERVICE_NAMES}. */
export type ServiceName = (typeof SERVICE_NAMES)[number];

/** An AWS-compatible endpoint and the account to sign with. */
export interface AwsEndpoint {
  /** `http://host:port` */
  readonly endpoint: string;
  readonly region: string;
  /** Letters and digits only, as DynamoDB Local demands. */
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** Where each server listens; plain data, so that it can be handed to another process. */
export interface ServiceAddresses {
  readonly nats: { readonly url: string };
  readonly redis: { readonly url: string };
  readonly dynamodb: AwsEndpoint;
  /** `root` is the folder, on this machine, below which objects lie as `<bucket>/<key>`. */
  readonly objectStore: AwsEndpoint & { readonly root: string };
}

/** The faults that one server can be given. Each resolves when it has taken effect. */
export interface BackingService {
  /** Ends the server without warning (SIGKILL). */
  kill(): Promise<void>;
  /** Stops the server in its tracks: connections stay open and nothing is answered. */
  pause(): Promise<void>;
  /** Ends a pause. */
  resume(): Promise<void>;
  /** Starts the server again on the same port with the same data, stopping it first if it runs; resolves when it is ready. */
  restart(): Promise<void>;
  /** Ends the server in order, for good. */
  stop(): Promise<void>;
}

/** A server that runs, and where. */
export interface StartedService<Name extends ServiceName> {
  readonly service: BackingService;
  readonly address: ServiceAddresses[Name];
}

/** What any way of starting a server needs to know. */
export interface ServiceSettings {
  /** The port on 127.0.0.1. */
  readonly port: number;
  /** A folder of this server's own. */
  readonly dataDir: string;
  /** Whether data must survive the stack (and, for DynamoDB Local, a restart of the server). */
  readonly durable: boolean;
}
