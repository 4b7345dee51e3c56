import { PersonalizeEventsClient, PutItemsCommand, PutUsersCommand } from '@aws-sdk/client-personalize-events';
import { invalidArgument } from '@affinity/service-kit';
import { clientOptions } from './client-options';
import { entityViolations } from './entity-violations';
import type { Entity, EntityKind, EntityWriter } from './entity-writer';
import { personalizeFailure } from './errors';
import type { PersonalizeConfig } from './personalize-settings';

/** Writes items or users into a data set of Amazon Personalize, or of anything that speaks its protocol. */
export class PersonalizeEntityWriter implements EntityWriter {
  private readonly client: PersonalizeEventsClient;

  constructor(
    config: PersonalizeConfig,
    private readonly dataset: { readonly kind: EntityKind; readonly arn: string },
  ) {
    this.client = new PersonalizeEventsClient(clientOptions(config));
  }

  /** See EntityWriter. Breaks of Personalize's limits are refused before anything is sent. */
  async put(entities: readonly Entity[], signal: AbortSignal): Promise<void> {
    const violations = entityViolations(this.dataset.kind, entities);
    if (violations.length > 0) throw invalidArgument(violations);
    try {
      await this.send(entities, { abortSignal: signal });
    } catch (error) {
      throw personalizeFailure(error, signal);
    }
  }

  /** Closes idle connections. */
  close(): void {
    this.client.destroy();
  }

  private async send(entities: readonly Entity[], options: { readonly abortSignal: AbortSignal }): Promise<void> {
    const { kind, arn: datasetArn } = this.dataset;
    if (kind === 'item') {
      const items = entities.map(({ id, ...rest }) => ({ itemId: id, ...rest }));
      await this.client.send(new PutItemsCommand({ datasetArn, items }), options);
    } else {
      const users = entities.map(({ id, ...rest }) => ({ userId: id, ...rest }));
      await this.client.send(new PutUsersCommand({ datasetArn, users }), options);
    }
  }
}
