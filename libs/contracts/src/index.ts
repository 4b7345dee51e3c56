export { InteractionReader } from './interaction-reader';
export { AttributeValue, Event, StringList } from './generated/affinity/events/v1/event';
export {
  EventAccepted,
  EventDuplicate,
  EventOutcome,
  EventRejected,
  EventRetryLater,
  FieldViolation,
  IngestServiceClient,
  IngestServiceService,
  PublishEventsRequest,
  PublishEventsResponse,
  StreamEventsRequest,
  StreamEventsResponse,
  type IngestServiceServer,
} from './generated/affinity/events/v1/ingest_service';
export {
  DateRange,
  DayInterval,
  Decay,
  DecayStep,
  ExponentialDecay,
  Freshness,
  LinearDecay,
  ProfileQuery,
  ProfileRef,
  ReadOptions,
  StepDecay,
} from './generated/affinity/profiles/v1/query';
export {
  AnswerInfo,
  AnswerSource,
  CategoricalPreference,
  CategoricalProfile,
  CategoryPreference,
  CategoryWeight,
  Dimension,
  DimensionKind,
  DimensionPreference,
  DimensionProfile,
  FeatureVector,
  ItemProfile,
  ItemScore,
  ItemWeight,
  NumericPreference,
  NumericProfile,
  Preferences,
  Profile,
  ScoreContribution,
} from './generated/affinity/profiles/v1/profile';
export {
  BatchGetProfilesRequest,
  BatchGetProfilesResponse,
  GetFeatureVectorRequest,
  GetFeatureVectorResponse,
  GetPreferencesRequest,
  GetPreferencesResponse,
  GetProfileRequest,
  GetProfileResponse,
  ItemToScore,
  ListDimensionsRequest,
  ListDimensionsResponse,
  LookupError,
  LookupProfilesRequest,
  LookupProfilesResponse,
  ProfileServiceClient,
  ProfileServiceService,
  ScoreItemsRequest,
  ScoreItemsResponse,
  WatchProfileRequest,
  WatchProfileResponse,
  type ProfileServiceServer,
} from './generated/affinity/profiles/v1/profile_service';
export { User } from './generated/affinity/catalog/v1/user';
export {
  DeleteUserRequest,
  DeleteUserResponse,
  GetUserRequest,
  GetUserResponse,
  PutUserRequest,
  PutUserResponse,
  UserServiceClient,
  UserServiceService,
  type UserServiceServer,
} from './generated/affinity/catalog/v1/user_service';
export { Item } from './generated/affinity/catalog/v1/item';
export {
  GetItemsRequest,
  GetItemsResponse,
  ItemServiceClient,
  ItemServiceService,
  ListPopularItemsRequest,
  ListPopularItemsResponse,
  PopularItem,
  PutItemsRequest,
  PutItemsResponse,
  type ItemServiceServer,
} from './generated/affinity/catalog/v1/item_service';
export {
  Contribution,
  ContributionSource,
  MissingPart,
  RecommendationInfo,
  RecommendedItem,
} from './generated/affinity/recommendations/v1/recommendation';
export {
  DiversityCap,
  GetRecommendationsRequest,
  GetRecommendationsResponse,
  RankItemsRequest,
  RankItemsResponse,
  RecommendationServiceClient,
  RecommendationServiceService,
  type RecommendationServiceServer,
} from './generated/affinity/recommendations/v1/recommendation_service';
export { RecordedEvent, StreamRecord, UserErasure } from './generated/affinity/storage/v1/stream_record';
export {
  CachedTile,
  ErasedProfile,
  ProfileChange,
  ProfileChanges,
  StoredCategorical,
  StoredDimension,
  StoredItems,
  StoredMoments,
  StoredNumeric,
} from './generated/affinity/storage/v1/tile';
export { descriptorSet } from './generated/descriptor-set';
export {
  allDeadLettersFilter,
  allEventsFilter,
  changesFilter,
  changesSubject,
  deadLetterHeaders,
  deadLettersStream,
  deadLetterSubject,
  defaultPartitions,
  duplicateWindowMs,
  erasureSubjectToken,
  eventsStream,
  eventSubject,
  leasesBucket,
  membersBucket,
  partitionFilter,
  partitionOfSubject,
  partitionOfWatermark,
  replaySubject,
  retryAfterHeader,
  watermarkRequestSubject,
  watermarkSubject,
  watermarksFilter,
} from './subjects';
export { messageId } from './message-id';
export {
  encodeBatchAnswer,
  encodeFailedLookup,
  encodeLookup,
  encodeProfileAnswer,
  encodeProfileField,
  encodedBytes,
  joinLookups,
  type EncodedParts,
} from './profile-answers';
export { decodeReadToken, encodeReadToken, mergeReadTokens, type ReadToken, type TokenPosition } from './read-token';
export { fromAttributes, fromAttributeValue, toAttributes, toAttributeValue } from './attribute-values';
export { toInteraction } from './recorded-interaction';
export { decodeDimension, fromStoredDimension, toStoredDimension } from './dimension-codec';
export { encodeDimension } from './dimension-encoding';
export { decodeWatermark, encodeWatermark } from './watermark';
