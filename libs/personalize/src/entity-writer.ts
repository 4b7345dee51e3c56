/** An item or a user as a model knows it. */
export interface Entity {
  /** 1 to 256 characters. */
  readonly id: string;
  /** A JSON object as text; see `entityViolations` for the limits. Absent: nothing is known of it but its id. */
  readonly properties?: string;
}

/** What an entity is. */
export type EntityKind = 'item' | 'user';

/**
 * Tells a model what items or users are like. Resolves once the model's owner has taken all of them, each replacing what was
 * known of it; repeating is safe. Rejects as EventTracker does, and with ABORTED while the data set is being changed.
 */
export interface EntityWriter {
  /** 1 to 10, ids differ. */
  put(entities: readonly Entity[], signal: AbortSignal): Promise<void>;
}
