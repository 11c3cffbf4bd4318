/** What a request for a savepoint without any directory is answered. */

/** Flink's text; `property`: the field of the request that would name the directory. @internal */
export function missingDirectory(property: string): string {
  return `Config key [execution.checkpointing.savepoint-dir] is not set. Property [${property}] must be provided.`;
}
