import { takeSharedStack } from './jest-global-setup';

/** Stops the stack that the set-up started. */
async function globalTeardown(): Promise<void> {
  await takeSharedStack()?.stop();
}

// Jest wants a default export.
export { globalTeardown as default };
