import type { TextRule } from './request-members';

/** The id of a user, item, session, event or event type. */
export const idRule: TextRule = { max: 256 };

/** The ARN of a Personalize resource. */
export const arnRule: TextRule = { max: 256, pattern: /^arn:([a-z\d-]+):personalize:.*:.*:.+$/ };
