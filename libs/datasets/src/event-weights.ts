/**
 * What one event of a well-known type says about taste, with a view as the unit. Ours, by how much effort or commitment
 * the act takes; a deployment's own schema.yaml says better. Types that are not listed weigh 1.
 */
export const knownEventWeights: Readonly<Record<string, number>> = {
  impression: 0,
  search: 0,
  view: 1,
  click: 1,
  detail: 1,
  rate: 1,
  play: 1,
  watch: 1,
  listen: 1,
  like: 3,
  share: 3,
  dislike: -3,
  park: 5,
  unpark: -5,
  favorite: 5,
  unfavorite: -5,
  save: 5,
  unsave: -5,
  wishlist: 5,
  cart: 5,
  addtocart: 5,
  add_to_cart: 5,
  remove_from_cart: -5,
  contact: 8,
  call: 8,
  checkout: 8,
  buy: 10,
  order: 10,
  purchase: 10,
  transaction: 10,
};

/** The weight of an event type; see `knownEventWeights`. */
export function eventWeightOf(eventType: string): number {
  return Object.hasOwn(knownEventWeights, eventType) ? (knownEventWeights[eventType] ?? 1) : 1;
}
