import { type BackingStack, startBackingStack } from './backing-stack';
import { TEST_STACK_VARIABLE } from './test-stack';

/** Jest runs set-up and tear-down in one process, but may load them as modules of their own. */
const KEY = Symbol.for('affinity.test-stack');

/** Starts the stack that all tests of the run share. `AFFINITY_STACK_MODE` chooses native or containers. */
async function globalSetup(): Promise<void> {
  const mode = stackMode(process.env['AFFINITY_STACK_MODE']);
  const report = (line: string): void => void process.stderr.write(`${line}\n`);
  const stack = await startBackingStack({ mode, report });
  process.env[TEST_STACK_VARIABLE] = JSON.stringify(stack.addresses);
  Reflect.set(globalThis, KEY, stack);
}

/** Takes the stack that the set-up started; undefined when there is none. */
export function takeSharedStack(): BackingStack | undefined {
  const stack = Reflect.get(globalThis, KEY) as BackingStack | undefined;
  Reflect.deleteProperty(globalThis, KEY);
  return stack;
}

function stackMode(text: string | undefined): 'auto' | 'native' | 'containers' {
  if (text === undefined || text === 'auto') return 'auto';
  if (text === 'native' || text === 'containers') return text;
  throw new Error(`AFFINITY_STACK_MODE must be auto, native or containers, not ${JSON.stringify(text)}`);
}

// Jest wants a default export.
export { globalSetup as default };
