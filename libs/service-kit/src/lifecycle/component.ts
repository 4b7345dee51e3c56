/** How a component is asked to stop. */
export interface StopOptions {
  /** Milliseconds it may take; what is not done by then is cut. */
  readonly graceMs: number;
}

/** A part of a service with a beginning and an end. */
export interface Component {
  /** For logs and health. */
  readonly name: string;
  /** Resolves when it can work. Called once. */
  start(): Promise<void>;
  /** Takes no new work, finishes what it has, stores what must be stored, closes. Called once, after `start` resolved. */
  stop(options: StopOptions): Promise<void>;
  /** Fields for the ready line, such as the port that was bound; asked for after `start`. */
  readyFields?(): Readonly<Record<string, unknown>>;
}
