import type { ShowingOptions } from '../system/local-system';
import { parse, stringify } from 'yaml';

/** A comparison of the merge with one that listens to the visitor's own preferences more. */
const experimentText = `
name: listen-more
variants:
  - { name: control, share: 1 }
  - { name: listen_more, share: 1, preference_weight: 3 }
`;

/** A schema that has an event type for what is shown, and what the gateway is told of it. */
export interface ShowingSchema {
  readonly schemaText: string;
  readonly showing: ShowingOptions;
}

/** Adds an event type for impressions to the text of a schema file, by a name that it does not have. */
export function withShowing(schemaText: string): ShowingSchema {
  const document = parse(schemaText) as { readonly event_types: Readonly<Record<string, unknown>> };
  const eventTypes = document.event_types;
  let eventType = 'impression';
  while (Object.hasOwn(eventTypes, eventType)) eventType = `shown_${eventType}`;
  const extended = { ...document, event_types: { ...eventTypes, [eventType]: { weight: 0, requires_item: false } } };
  return { schemaText: stringify(extended), showing: { eventType, experimentText } };
}
