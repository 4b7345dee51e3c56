import type { SizeRule, TextRule } from '../wire/request-members';
import type { RequestMembers } from '../wire/request-members';

/** The name of a resource. Source: Amazon Personalize API reference. */
export const nameRule: TextRule = { max: 63, pattern: /^[a-zA-Z0-9][a-zA-Z0-9\-_]*$/ };

const tagsSize: SizeRule = { max: 200 };

/** Tags are checked in number and have no effect. */
export function checkTags(members: RequestMembers): void {
  for (const tag of members.structures('tags', tagsSize)) {
    tag.requiredText('tagKey', { max: 128 });
    tag.requiredText('tagValue', { min: 0, max: 256 });
  }
}
