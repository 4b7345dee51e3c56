export {
  type Candidate,
  type CandidateList,
  type CandidateQuery,
  type CandidateSource,
  type RankingQuery,
} from './candidate-source';
export { type EventBatch, type EventTracker, type TrackedEvent } from './event-tracker';
export { batchViolations } from './batch-violations';
export { isReservedProperty, personalizeLimits } from './personalize-limits';
export { type PersonalizeConfig, personalizeSettings } from './personalize-settings';
export { type Campaigns, PersonalizeCandidateSource } from './personalize-candidate-source';
export { PersonalizeEventTracker } from './personalize-event-tracker';
export { type Entity, type EntityKind, type EntityWriter } from './entity-writer';
export { decodeEntityRef, encodeEntityRef, type EntityRef } from './entity-ref';
export { PersonalizeEntityWriter } from './personalize-entity-writer';
export { type PersonalizeControlConfig, personalizeControlSettings } from './control/control-settings';
export { type ControlJob, PersonalizeControl, type PersonalizeControlOptions } from './control/personalize-control';
export type { ControlLists } from './control/control-lists';
export type {
  ControlCampaign,
  ControlDataset,
  ControlDatasetSchema,
  ControlResource,
  ControlState,
  ControlUpdate,
  DatasetKind,
} from './control/control-resource';
