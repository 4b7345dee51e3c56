import {
  DescribeCampaignCommand,
  DescribeDatasetCommand,
  DescribeSchemaCommand,
  ListDataDeletionJobsCommand,
  type ListDataDeletionJobsCommandOutput,
  paginateListCampaigns,
  paginateListDatasetGroups,
  paginateListDatasetImportJobs,
  paginateListDatasets,
  paginateListSchemas,
  paginateListSolutions,
  paginateListSolutionVersions,
  type PersonalizeClient,
} from '@aws-sdk/client-personalize';
import { controlCall, type ControlCallOptions, isTransient } from './control-calls';
import {
  type ControlCampaign,
  type ControlDataset,
  type ControlDatasetSchema,
  type ControlResource,
  controlResource,
  controlUpdate,
  type DatasetKind,
} from './control-resource';

const datasetKinds: readonly DatasetKind[] = ['Interactions', 'Items', 'Users'];

/** Looks up what is there. Each method throws AffinityError when Personalize cannot be asked. */
export class ControlLists {
  /** Use PersonalizeControl. */
  constructor(
    private readonly client: PersonalizeClient,
    private readonly calls: ControlCallOptions,
  ) {}

  async datasetGroup(name: string): Promise<ControlResource | undefined> {
    const pages = () => paginateListDatasetGroups(this.page, {});
    const groups = await this.all(pages, ({ datasetGroups }) => datasetGroups);
    const found = groups.find((group) => group.name === name);
    return found && controlResource(found, { arn: found.datasetGroupArn, name });
  }

  async schema(name: string): Promise<ControlResource | undefined> {
    const schemas = await this.all(
      () => paginateListSchemas(this.page, {}),
      (page) => page.schemas,
    );
    const found = schemas.find((schema) => schema.name === name);
    return found && controlResource({}, { arn: found.schemaArn, name });
  }

  async datasets(datasetGroupArn: string): Promise<readonly ControlDataset[]> {
    const pages = () => paginateListDatasets(this.page, { datasetGroupArn });
    const datasets = await this.all(pages, (page) => page.datasets);
    return datasets.map((dataset) => ({
      ...controlResource(dataset, { arn: dataset.datasetArn, name: dataset.name }),
      kind: datasetKinds.find((kind) => kind.toLowerCase() === dataset.datasetType?.toLowerCase()),
    }));
  }

  /** The schema of a dataset. */
  async schemaOf(datasetArn: string): Promise<ControlDatasetSchema> {
    const { dataset } = await this.ask(() => this.client.send(new DescribeDatasetCommand({ datasetArn })));
    const schemaArn = dataset?.schemaArn;
    const update = controlUpdate(dataset?.latestDatasetUpdate, dataset?.latestDatasetUpdate?.schemaArn);
    const found = { ...(update === undefined ? {} : { update }) };
    if (schemaArn === undefined) return found;
    const { schema } = await this.ask(() => this.client.send(new DescribeSchemaCommand({ schemaArn })));
    return { ...found, ...(schema?.schema === undefined ? {} : { text: schema.schema }) };
  }

  async importJobs(datasetArn: string): Promise<readonly ControlResource[]> {
    const pages = () => paginateListDatasetImportJobs(this.page, { datasetArn });
    const jobs = await this.all(pages, ({ datasetImportJobs }) => datasetImportJobs);
    return jobs.map((job) => controlResource(job, { arn: job.datasetImportJobArn, name: job.jobName }));
  }

  async solutions(datasetGroupArn: string): Promise<readonly ControlResource[]> {
    const pages = () => paginateListSolutions(this.page, { datasetGroupArn });
    const solutions = await this.all(pages, (page) => page.solutions);
    return solutions.map((solution) => controlResource(solution, { arn: solution.solutionArn, name: solution.name }));
  }

  async solutionVersions(solutionArn: string): Promise<readonly ControlResource[]> {
    const pages = () => paginateListSolutionVersions(this.page, { solutionArn });
    const versions = await this.all(pages, (page) => page.solutionVersions);
    return versions.map((version) => controlResource(version, { arn: version.solutionVersionArn }));
  }

  async campaign(name: string): Promise<ControlCampaign | undefined> {
    const campaigns = await this.all(
      () => paginateListCampaigns(this.page, {}),
      (page) => page.campaigns,
    );
    const campaignArn = campaigns.find((campaign) => campaign.name === name)?.campaignArn;
    if (campaignArn === undefined) return undefined;
    const { campaign = {} } = await this.ask(() => this.client.send(new DescribeCampaignCommand({ campaignArn })));
    const update = controlUpdate(campaign.latestCampaignUpdate, campaign.latestCampaignUpdate?.solutionVersionArn);
    return {
      ...controlResource(campaign, { arn: campaignArn, name }),
      versionArn: campaign.solutionVersionArn ?? '',
      ...(update === undefined ? {} : { update }),
    };
  }

  async dataDeletionJobs(datasetGroupArn: string): Promise<readonly ControlResource[]> {
    const jobs = await this.all(
      () => this.deletionJobPages(datasetGroupArn),
      (page) => page.dataDeletionJobs,
    );
    return jobs.map((job) => controlResource(job, { arn: job.dataDeletionJobArn, name: job.jobName }));
  }

  /** The client has no paginator for these. */
  private async *deletionJobPages(datasetGroupArn: string): AsyncGenerator<ListDataDeletionJobsCommandOutput> {
    let nextToken: string | undefined;
    do {
      const place = nextToken === undefined ? {} : { nextToken };
      const page = await this.client.send(new ListDataDeletionJobsCommand({ datasetGroupArn, ...place }));
      yield page;
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
  }

  private get page() {
    return { client: this.client, pageSize: 100 };
  }

  /** All entries of all pages; when a page fails, from the first page again. */
  private all<Page, Entry>(
    pages: () => AsyncIterable<Page>,
    entriesOf: (page: Page) => readonly Entry[] | undefined,
  ): Promise<readonly Entry[]> {
    return this.ask(async () => {
      const entries: Entry[] = [];
      for await (const page of pages()) entries.push(...(entriesOf(page) ?? []));
      return entries;
    });
  }

  private ask<T>(send: () => Promise<T>): Promise<T> {
    return controlCall(send, isTransient, this.calls);
  }
}
