import { AwsError, invalidInput } from '../errors';
import { comparisonsOf } from '../filters/filter-expression';
import { FilterSyntaxError, parseFilter } from '../filters/filter-parser';
import type { Operation } from '../operations/operation';
import { arnRule } from '../wire/shared-rules';
import { randomUUID } from 'node:crypto';
import { checkTags, nameRule } from './shared-members';

/** Source: "Service quotas", Amazon Personalize developer guide. */
const maxFilters = 30;

/** CreateEventTracker: one for a dataset group. */
export const createEventTracker: Operation = async (members, { control }) => {
  const name = members.requiredText('name', nameRule);
  const datasetGroupArn = members.requiredText('datasetGroupArn', arnRule);
  checkTags(members);
  members.check();
  control.resources.getActive('datasetGroup', datasetGroupArn);
  const existing = control.resources.dependants(datasetGroupArn).find(({ kind }) => kind === 'eventTracker');
  if (existing !== undefined) {
    throw new AwsError('ResourceAlreadyExistsException', `${datasetGroupArn} has the event tracker ${existing.arn}`);
  }
  const trackingId = randomUUID();
  // The ARN is the dataset group's own, so that two calls at once cannot both make one.
  const arn = control.arn(`event-tracker/${datasetGroupArn.split('/').at(-1) ?? ''}`);
  const own = { datasetGroupArn, trackingId };
  await control.make({ kind: 'eventTracker', arn, name, dependsOn: [datasetGroupArn], members: own });
  return { eventTrackerArn: arn, trackingId };
};

/** CreateFilter. */
export const createFilter: Operation = async (members, { control }) => {
  const name = members.requiredText('name', nameRule);
  const datasetGroupArn = members.requiredText('datasetGroupArn', arnRule);
  const filterExpression = members.requiredText('filterExpression', { max: 2_500 });
  checkTags(members);
  members.check();
  control.resources.getActive('datasetGroup', datasetGroupArn);
  checkExpression(filterExpression);
  const arn = control.arn(`filter/${name}`);
  const quota = {
    max: maxFilters,
    counts: ({ dependsOn }: { dependsOn: readonly string[] }) => dependsOn.includes(datasetGroupArn),
  };
  const own = { datasetGroupArn, filterExpression };
  await control.make({ kind: 'filter', arn, name, dependsOn: [datasetGroupArn], members: own }, quota);
  return { filterArn: arn };
};

function checkExpression(text: string): void {
  try {
    const expression = parseFilter(text);
    const wrong = comparisonsOf(expression).find(
      ({ dataset, field }) => dataset === 'Interactions' && field !== 'EVENT_TYPE',
    );
    if (wrong !== undefined)
      throw new FilterSyntaxError(`Interactions.${wrong.field} is not supported, EVENT_TYPE alone is`);
  } catch (error) {
    if (error instanceof FilterSyntaxError)
      throw invalidInput([`Value at 'filterExpression' is invalid: ${error.message}`]);
    throw error;
  }
}
