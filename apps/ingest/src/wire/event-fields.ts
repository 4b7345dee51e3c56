import { WireType } from '@bufbuild/protobuf/wire';

/** A field of an event as the wire knows it. */
export interface EventField {
  readonly name: string;
  readonly wireType: WireType;
}

/** Number of the field that holds the attributes. */
export const attributesField = 7;

/** The fields of affinity.events.v1.Event by number. */
export const eventFields: ReadonlyMap<number, EventField> = new Map([
  [1, { name: 'event_id', wireType: WireType.LengthDelimited }],
  [2, { name: 'user_id', wireType: WireType.LengthDelimited }],
  [3, { name: 'session_id', wireType: WireType.LengthDelimited }],
  [4, { name: 'event_type', wireType: WireType.LengthDelimited }],
  [5, { name: 'item_id', wireType: WireType.LengthDelimited }],
  [6, { name: 'occurred_at', wireType: WireType.LengthDelimited }],
  [attributesField, { name: 'attributes', wireType: WireType.LengthDelimited }],
  [8, { name: 'event_value', wireType: WireType.Bit64 }],
  [9, { name: 'recommendation_id', wireType: WireType.LengthDelimited }],
  [10, { name: 'impression', wireType: WireType.LengthDelimited }],
]);
