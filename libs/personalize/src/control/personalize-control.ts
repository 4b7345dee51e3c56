import {
  CreateCampaignCommand,
  CreateDataDeletionJobCommand,
  CreateDatasetCommand,
  CreateDatasetGroupCommand,
  CreateDatasetImportJobCommand,
  CreateSchemaCommand,
  CreateSolutionCommand,
  CreateSolutionVersionCommand,
  DeleteSolutionCommand,
  GetSolutionMetricsCommand,
  PersonalizeClient,
  UpdateCampaignCommand,
  UpdateDatasetCommand,
} from '@aws-sdk/client-personalize';
import { type Clock, systemClock } from '@affinity/service-kit';
import { clientOptions } from '../client-options';
import type { PersonalizeConfig } from '../personalize-settings';
import { controlCall, type IsPassing, isTransient, isTransientOrBusy } from './control-calls';
import { ControlLists } from './control-lists';
import type { DatasetKind } from './control-resource';

/** A job that reads CSV files. */
export interface ControlJob {
  readonly name: string;
  /** `s3://bucket/key` of a file, or of a folder. */
  readonly location: string;
  readonly roleArn: string;
}

/** How the control plane is called. */
export interface PersonalizeControlOptions {
  readonly signal: AbortSignal;
  readonly clock?: Clock;
}

/**
 * The control plane of Amazon Personalize, or of anything that speaks its protocol, as far as training needs it. Calls that
 * make something return before it is ready: look it up until its state says so.
 *
 * Each method throws AffinityError, besides what reaching AWS brings: ALREADY_EXISTS for a name that is taken, ABORTED for what
 * is between two states for too long, RESOURCE_EXHAUSTED for a quota that is used up, NOT_FOUND, INVALID_ARGUMENT.
 */
export class PersonalizeControl {
  /** Looks things up. */
  readonly lists: ControlLists;
  private readonly client: PersonalizeClient;
  private readonly calls: { readonly clock: Clock; readonly signal: AbortSignal };

  constructor(config: PersonalizeConfig, { signal, clock = systemClock }: PersonalizeControlOptions) {
    this.client = new PersonalizeClient(clientOptions(config));
    this.calls = { clock, signal };
    this.lists = new ControlLists(this.client, this.calls);
  }

  async createDatasetGroup(name: string): Promise<void> {
    await this.make((options) => this.client.send(new CreateDatasetGroupCommand({ name }), options));
  }

  /** @returns the ARN */
  async createSchema(name: string, schema: string): Promise<string> {
    const command = new CreateSchemaCommand({ name, schema });
    return (await this.make((options) => this.client.send(command, options))).schemaArn ?? '';
  }

  async createDataset(dataset: {
    readonly name: string;
    readonly kind: DatasetKind;
    readonly datasetGroupArn: string;
    readonly schemaArn: string;
  }): Promise<void> {
    const { kind: datasetType, ...members } = dataset;
    await this.make((options) => this.client.send(new CreateDatasetCommand({ ...members, datasetType }), options));
  }

  /** Gives a dataset of items or users another schema, with all fields of the one before and further ones. */
  async updateDataset(datasetArn: string, schemaArn: string): Promise<void> {
    await this.make((options) => this.client.send(new UpdateDatasetCommand({ datasetArn, schemaArn }), options));
  }

  /** Imports a file in full: it replaces what earlier imports brought, not what came as single events. */
  async createImportJob(datasetArn: string, { name: jobName, location, roleArn }: ControlJob): Promise<void> {
    const members = {
      jobName,
      datasetArn,
      roleArn,
      dataSource: { dataLocation: location },
      importMode: 'FULL',
    } as const;
    await this.make((options) => this.client.send(new CreateDatasetImportJobCommand(members), options));
  }

  /** A solution that is trained only when it is told. */
  async createSolution(solution: {
    readonly name: string;
    readonly datasetGroupArn: string;
    readonly recipeArn: string;
  }): Promise<void> {
    const command = new CreateSolutionCommand({ ...solution, performAutoTraining: false });
    await this.make((options) => this.client.send(command, options));
  }

  /** Trains. */
  async createSolutionVersion(solutionArn: string, name: string): Promise<void> {
    const command = new CreateSolutionVersionCommand({ solutionArn, name, trainingMode: 'FULL' });
    await this.make((options) => this.client.send(command, options));
  }

  /** The offline metrics of a version that is ready, by Personalize's names. */
  async metricsOf(solutionVersionArn: string): Promise<Readonly<Record<string, number>>> {
    const command = new GetSolutionMetricsCommand({ solutionVersionArn });
    return (await this.call((options) => this.client.send(command, options), isTransientOrBusy)).metrics ?? {};
  }

  async createCampaign(name: string, solutionVersionArn: string): Promise<void> {
    const command = new CreateCampaignCommand({ name, solutionVersionArn });
    await this.make((options) => this.client.send(command, options));
  }

  /** Moves a campaign to another version; the one that it has serves until the update is done. */
  async updateCampaign(campaignArn: string, solutionVersionArn: string): Promise<void> {
    const command = new UpdateCampaignCommand({ campaignArn, solutionVersionArn });
    await this.make((options) => this.client.send(command, options));
  }

  /** Deletes a solution with all its versions. Throws ABORTED when a campaign uses it or a version is being trained. */
  async deleteSolution(solutionArn: string): Promise<void> {
    await this.call((options) => this.client.send(new DeleteSolutionCommand({ solutionArn }), options), isTransient);
  }

  /** Deletes all that is known of the users in a CSV file whose one column is USER_ID. */
  async createDataDeletionJob(datasetGroupArn: string, { name, location, roleArn }: ControlJob): Promise<void> {
    const members = { jobName: name, datasetGroupArn, roleArn, dataSource: { dataLocation: location } };
    await this.make((options) => this.client.send(new CreateDataDeletionJobCommand(members), options));
  }

  /** Closes idle connections. */
  close(): void {
    this.client.destroy();
  }

  private make<T>(send: (options: { readonly abortSignal: AbortSignal }) => Promise<T>): Promise<T> {
    return this.call(send, isTransientOrBusy);
  }

  private call<T>(
    send: (options: { readonly abortSignal: AbortSignal }) => Promise<T>,
    isPassing: IsPassing,
  ): Promise<T> {
    return controlCall((abortSignal) => send({ abortSignal }), isPassing, this.calls);
  }
}
