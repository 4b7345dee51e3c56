/** Limits retries to a share of all calls. */
export interface RetryBudget {
  onSuccess(): void;
  /** Counts a failure; true when a retry may follow. */
  onRetryableFailure(): boolean;
}

/** How large a budget is. */
export interface RetryBudgetOptions {
  /** Tokens when full; 10 unless told. A failure takes one; below half, nothing is retried. */
  readonly maxTokens?: number;
  /** Tokens that a success gives back; 0.1 unless told, that is, at most a tenth of all calls are retries. */
  readonly tokenRatio?: number;
}

/**
 * The retry throttling of gRPC (https://github.com/grpc/proposal/blob/master/A6-client-retries.md): while the other side
 * is down, retries stop after a few, and resume as calls succeed.
 */
export function createRetryBudget({ maxTokens = 10, tokenRatio = 0.1 }: RetryBudgetOptions = {}): RetryBudget {
  let tokens = maxTokens;
  return {
    onSuccess: () => void (tokens = Math.min(maxTokens, tokens + tokenRatio)),
    onRetryableFailure: () => {
      tokens = Math.max(0, tokens - 1);
      return tokens > maxTokens / 2;
    },
  };
}
