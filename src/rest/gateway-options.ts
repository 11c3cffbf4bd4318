/** What a gateway knows of the jobs that it answers for, and what it may do. */

/** A job of the home, as its journal tells. @internal */
export interface GatewayJob {
  readonly id: string;
  readonly name: string;
  readonly state: string;
  readonly startTime: number;
  readonly endTime: number;
  /** Where its process answers; undefined when that is gone. */
  readonly socketPath: string | undefined;
  /** Its archived answers as text; undefined when it wrote none. */
  archive(): string | undefined;
}

/** What a gateway works with. @internal */
export interface GatewayOptions {
  /** Port on loopback; 0 = any. */
  readonly port: number;
  /** Settings of config.yaml. */
  readonly settings: Readonly<Record<string, string>>;
  readonly version: string;
  jobs(): readonly GatewayJob[];
  find(jobId: string): GatewayJob | undefined;
  /** Deletes a savepoint. */
  dispose(path: string): Promise<void>;
}
