import { parse } from 'yaml';
import type { Given } from './service-settings-catalog';

/** A service of docker-compose.yml as far as the checks look. */
export interface ComposeService {
  readonly image: string;
  readonly command?: readonly string[];
  readonly entrypoint?: readonly string[];
  readonly build?: { readonly context: string; readonly args?: Readonly<Record<string, string>> };
  readonly environment?: Readonly<Record<string, string | number | boolean | null>>;
  readonly ports?: readonly string[];
  readonly secrets?: readonly string[];
  readonly volumes?: readonly (string | { readonly source: string; readonly target: string })[];
  readonly depends_on?: Readonly<Record<string, unknown>>;
  readonly profiles?: readonly string[];
  readonly read_only?: boolean;
}

/** A compose file with its variables replaced by their defaults. */
export interface ComposeFile {
  readonly services: Readonly<Record<string, ComposeService>>;
  readonly secrets: Readonly<Record<string, { readonly file: string }>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

/** Reads a compose file as compose does when no variable is set: merge keys resolved, `${NAME:-default}` its default. */
export function readComposeFile(text: string): ComposeFile {
  const withDefaults = text.replaceAll(/\$\{[A-Z_]+:-(?<value>[^}]*)\}/g, '$<value>');
  return parse(withDefaults, { merge: true }) as ComposeFile;
}

/** What a service's container is given; `readFile` reads a file of the workspace. */
export function givenTo(
  { environment = {}, secrets = [], volumes = [] }: ComposeService,
  file: ComposeFile,
  readFile: (path: string) => string,
): Given {
  const files = new Map<string, string>();
  for (const secret of secrets) files.set(`/run/secrets/${secret}`, readFile(file.secrets[secret]?.file ?? secret));
  for (const volume of volumes) {
    if (typeof volume === 'object' && /\.[a-z]+$/.test(volume.target))
      files.set(volume.target, readFile(volume.source));
  }
  const env = Object.entries(environment).map(([name, value]) => [name, String(value ?? '')] as const);
  return { env: Object.fromEntries(env), files };
}
