import { type Component } from './component';

/** Something that is open already and is to be closed when the service stops, such as a connection. */
export function resource(name: string, close: () => Promise<void> | void): Component {
  return {
    name,
    start: () => Promise.resolve(),
    stop: async () => {
      await close();
    },
  };
}
