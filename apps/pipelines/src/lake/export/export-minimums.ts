import type { SqlRow } from '@affinity/lake';

/** What Personalize counts before it trains. */
export interface ExportCounts {
  readonly interactions: number;
  readonly users: number;
  /** Users with two interactions or more. */
  readonly returningUsers: number;
}

/** What Personalize wants at least. Source: https://docs.aws.amazon.com/personalize/latest/dg/limits.html */
const minInteractions = 1_000;
const minReturningUsers = 25;
const minReturningShare = 0.01;

/** Reads the row of counts. */
export function countsOf(row: SqlRow): ExportCounts {
  return {
    interactions: Number(row['interactions']),
    users: Number(row['users']),
    returningUsers: Number(row['returning_users']),
  };
}

/** What is missing for Personalize to train; an empty list when nothing is. */
export function missingForTraining({ interactions, users, returningUsers }: ExportCounts): readonly string[] {
  const wanted = Math.max(minReturningUsers, Math.ceil(users * minReturningShare));
  return [
    ...(interactions < minInteractions
      ? [`${minInteractions - interactions} more interactions (there are ${interactions} of ${minInteractions})`]
      : []),
    ...(returningUsers < wanted
      ? [
          `${wanted - returningUsers} more users with two interactions or more (there are ${returningUsers} of ${wanted})`,
        ]
      : []),
  ];
}
