export { openDataset, type Dataset } from './dataset';
export { DatasetError, type DatasetPlace } from './errors';
export { type CatalogueItem } from './item-rows';
export { type DatasetInteraction } from './interaction-rows';
export { type Taste, type TrueTaste } from './true-taste';
export { eventOfInteraction } from './replay/event-of-interaction';
export { loadCatalogue, type ItemClient, type LoadCatalogueOptions } from './replay/load-catalogue';
export { publishUntilStored, type IngestClient, type Publication } from './replay/publish-until-stored';
export { knownEventWeights } from './event-weights';
export { type DimensionDocument, type SchemaDocument, schemaYaml } from './schema-document';
export { generateMarketplace } from './marketplace/generate-marketplace';
export { marketplaceSchemaText } from './marketplace/marketplace-schema';
export { drawMarketplace, type Marketplace, type MarketplaceOptions } from './marketplace/marketplace';
export {
  countNaively,
  type NaiveCountOptions,
  type NaiveState,
  type NaiveTile,
  type NaiveTiles,
} from './oracle/naive-count';
export { Random } from './marketplace/random';
export { settledTiles, type SettledTilesOptions } from './oracle/settled-tiles';
export {
  countLake,
  type LakeCount,
  type LakeCountOptions,
  type LakeObject,
  type LakeObjects,
} from './oracle/lake-count';
export { compareTiles, type CompareOptions, type PlacedTile } from './oracle/compare-tiles';
export { type ArrivalOrder } from './oracle/compare-weights';
export { type TileComparison } from './oracle/difference-report';
export { claimsOf, isSupported, unsupportedClaims, type Claim, type KnownVisitor } from './oracle/reason-claims';
