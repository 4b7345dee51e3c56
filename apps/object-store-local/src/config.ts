import { z } from 'zod';

const PREFIX = 'AFFINITY_OBJECT_STORE_';

const schema = z.strictObject({
  PORT: z.coerce.number().int().min(0).max(65535).default(9000),
  HOST: z.string().min(1).default('127.0.0.1'),
  ROOT: z.string().min(1),
  REGION: z.string().min(1).default('us-east-1'),
  ACCESS_KEY: z.string().regex(/^[A-Za-z0-9]+$/, 'must have letters and digits only'),
  SECRET_KEY_FILE: z.string().min(1),
  BASE_HOST: z.string().min(1).default('localhost'),
  BUCKETS: z
    .string()
    .default('')
    .transform((line) => line.split(',').map((name) => name.trim()))
    .transform((names) => names.filter((name) => name !== '')),
  DRAIN_MS: z.coerce.number().int().min(0).max(600_000).default(10_000),
});

/** How one server runs. */
export interface ObjectStoreConfig {
  /** 0 takes a free port. Default: 9000. */
  readonly port: number;
  /** The address to listen on. Default: 127.0.0.1, this machine only. */
  readonly host: string;
  /** The folder of all data; created if it is missing. */
  readonly root: string;
  /** The region that requests must be signed for. Default: us-east-1. */
  readonly region: string;
  readonly accessKey: string;
  readonly secretKey: string;
  /** Requests to `<bucket>.<baseHost>` are virtual-host style. Default: localhost. */
  readonly baseHost: string;
  /** Buckets, separated by commas, that are made at start unless they exist. Default: none. */
  readonly buckets: readonly string[];
  /** How long a stop waits for requests that are under way. Default: 10,000. */
  readonly drainMs: number;
}

/**
 * Reads `AFFINITY_OBJECT_STORE_*`. Secrets come from files, which `readFile` reads.
 * Throws an `Error` that lists every problem, unknown names included.
 */
export function readConfig(
  environment: Readonly<Record<string, string | undefined>>,
  readFile: (path: string) => string,
): ObjectStoreConfig {
  const own = Object.entries(environment).filter(([name]) => name.startsWith(PREFIX));
  const parsed = schema.safeParse(Object.fromEntries(own.map(([name, value]) => [name.slice(PREFIX.length), value])));
  if (!parsed.success) throw new Error(`The configuration is not valid:\n${describeProblems(parsed.error)}`);
  const { PORT, HOST, ROOT, REGION, ACCESS_KEY, SECRET_KEY_FILE, BASE_HOST, BUCKETS, DRAIN_MS } = parsed.data;
  const secretKey = readFile(SECRET_KEY_FILE).trim();
  if (secretKey.length < 8) throw new Error(`${PREFIX}SECRET_KEY_FILE: the secret must have at least 8 characters`);
  return {
    port: PORT,
    host: HOST,
    root: ROOT,
    region: REGION,
    accessKey: ACCESS_KEY,
    secretKey,
    baseHost: BASE_HOST,
    buckets: BUCKETS,
    drainMs: DRAIN_MS,
  };
}

function describeProblems(error: z.ZodError): string {
  return error.issues
    .flatMap((issue) =>
      issue.code === 'unrecognized_keys'
        ? issue.keys.map((key) => `  ${PREFIX}${key}: is not known`)
        : [`  ${PREFIX}${issue.path.join('.')}: ${issue.message}`],
    )
    .join('\n');
}
