import { changesFilter, ProfileChanges, type ProfileChange } from '@affinity/contracts';
import { fromCachedTile, type CacheableTile } from '@affinity/hot-cache';
import { fromUnknown, type Component, type Logger } from '@affinity/service-kit';
import type { NatsConnection, Subscription } from '@nats-io/transport-node';

/** What happened to a profile: a tile changed, or all of it was erased. */
export type AnnouncedChange =
  | { readonly kind: 'changed'; readonly profileKey: string; readonly tile: CacheableTile }
  | { readonly kind: 'erased'; readonly profileKey: string };

/** Which changes, and who hears of them. */
export interface AnnouncedChangesOptions {
  /** The generation of tiles whose changes are heard. */
  readonly generation: number;
  readonly logger: Logger;
  readonly onChange: (change: AnnouncedChange) => void;
}

/** Hears the changes that the writers announce. Announcements may be lost: they make things faster, never right. */
export class AnnouncedChanges implements Component {
  readonly name = 'announced-changes';
  private subscription: Subscription | undefined;

  constructor(
    private readonly connection: NatsConnection,
    private readonly options: AnnouncedChangesOptions,
  ) {}

  /** See Component. */
  start(): Promise<void> {
    this.subscription = this.connection.subscribe(changesFilter(this.options.generation), {
      callback: (error, message) => {
        if (error === null) this.hear(message.data);
      },
    });
    return Promise.resolve();
  }

  /** See Component. */
  stop(): Promise<void> {
    this.subscription?.unsubscribe();
    return Promise.resolve();
  }

  private hear(body: Uint8Array): void {
    try {
      for (const change of ProfileChanges.decode(body).changes) this.pass(change);
    } catch (error) {
      this.options.logger.warn({ err: fromUnknown(error) }, 'an announcement could not be read');
    }
  }

  private pass({ profileKey, change }: ProfileChange): void {
    if (change?.$case === 'tile')
      this.options.onChange({ kind: 'changed', profileKey, tile: fromCachedTile(change.value) });
    if (change?.$case === 'erased') this.options.onChange({ kind: 'erased', profileKey });
  }
}
