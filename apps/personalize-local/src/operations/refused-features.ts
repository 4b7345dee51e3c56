import { AwsError, invalidInput } from '../errors';
import type { RequestMembers } from '../wire/request-members';
import { arnRule } from '../wire/shared-rules';

/**
 * Reads what runtime requests have in common besides campaign and ids. `context` is checked and has no effect. Filters,
 * promotions and metadata columns are not there: a filter cannot be found, the others are invalid input, as in AWS for a
 * campaign without them.
 */
export function readSharedFeatures(members: RequestMembers): { readonly refuse: () => void } {
  const filterArn = members.text('filterArn', arnRule);
  members.checkTextMap('filterValues', {
    size: { max: 25 },
    key: { max: 50, pattern: /^[A-Za-z0-9_]+$/ },
    value: { min: 0, max: 1_000 },
  });
  members.checkTextMap('context', {
    size: { max: 150 },
    key: { max: 150, pattern: /^[A-Za-z\d_]+$/ },
    value: { min: 0, max: 1_000 },
  });
  const refused = ['promotions', 'metadataColumns'].filter((name) => members.has(name));
  return {
    refuse: () => {
      if (filterArn !== undefined) throw new AwsError('ResourceNotFoundException', `There is no filter ${filterArn}`);
      if (refused.length > 0) throw invalidInput(refused.map((name) => `${name} is not enabled for this campaign`));
    },
  };
}
