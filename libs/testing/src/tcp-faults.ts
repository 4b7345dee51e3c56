/** What a proxy does to connections. */
export interface TcpFaults {
  /** Delay of every piece of data, each way. Default: 0. */
  readonly latencyMs: number;
  /** Reset new connections at once. Default: false. */
  readonly refuse: boolean;
  /** Keep connections open and pass nothing on, until it is switched off again. Default: false. */
  readonly blackhole: boolean;
}
