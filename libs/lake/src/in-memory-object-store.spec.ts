import { describeObjectStore } from '../test/object-store-contract';
import { InMemoryObjectStore } from './in-memory-object-store';

describeObjectStore('InMemoryObjectStore', async () => new InMemoryObjectStore());
