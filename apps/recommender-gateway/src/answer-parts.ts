import { MissingPart, type RecommendationInfo } from '@affinity/contracts';
import { type AffinityError, fromUnknown, type Logger } from '@affinity/service-kit';
import { randomUUID } from 'node:crypto';
import type { Assignment } from './experiments/arms';
import type { GatewayMeter } from './gateway-meter';

/** What one answer is told through. */
export interface AnswerPartsOptions {
  readonly meter: GatewayMeter;
  readonly logger: Logger;
  /** Of the caller. */
  readonly signal: AbortSignal;
  /** Undefined when no experiment runs. */
  readonly assignment: Assignment | undefined;
}

const allParts = [MissingPart.MODEL, MissingPart.PREFERENCES, MissingPart.CATALOG, MissingPart.POPULARITY];

/** The parts of one answer: gets them, and remembers which could not be had. */
export class AnswerParts {
  private readonly missing = new Set<MissingPart>();

  constructor(private readonly options: AnswerPartsOptions) {}

  /** A part; undefined, and noted, when it cannot be had. Rejects only when the caller gave up. */
  async get<T>(part: MissingPart, work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (thrown) {
      const error = fromUnknown(thrown);
      if (this.options.signal.aborted && error.code === 'CANCELLED') throw error;
      this.miss(part, error);
      return undefined;
    }
  }

  /** Notes that a part could not be had, or not all of it. */
  miss(part: MissingPart, error: AffinityError): void {
    const { meter, logger } = this.options;
    this.missing.add(part);
    meter.missed(part, error.code);
    if (error.code === 'INTERNAL') logger.error({ err: error, part }, 'a part of an answer failed');
    else logger.debug({ err: error, part }, 'a part of an answer is missing');
  }

  /** How the answer came about. Without an id of the model's the answer gets one of its own. */
  info(recommendationId: string | undefined): RecommendationInfo {
    return {
      recommendationId: recommendationId ?? randomUUID(),
      degraded: this.missing.size > 0,
      missing: allParts.filter((part) => this.missing.has(part)),
      experiment: this.options.assignment?.experiment ?? '',
      variant: this.options.assignment?.variant ?? '',
    };
  }
}
