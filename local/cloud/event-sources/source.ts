// One running event source mapping.

export type EventSource = {
  readonly name: string;
  /** What it still has to do, in words; `undefined` when it has nothing. */
  busy(): Promise<string | undefined>;
  /** Starts no further batch; one that runs may end. */
  stop(): void;
};
