/** Reads the archive of an ended job: what its REST API answered last. */

/** One answer: its path, and its body as JSON text. @internal */
export interface ArchivedAnswer {
  readonly path: string;
  readonly json: string;
}

/** The archived answer of a path; undefined when the archive has none. @internal */
export function findArchived(archiveText: string, path: string): unknown {
  const { archive } = JSON.parse(archiveText) as { readonly archive: readonly ArchivedAnswer[] };
  const found = archive.find((answer) => answer.path === path.replace(/^\/v1\//, '/'));
  return found === undefined ? undefined : (JSON.parse(found.json) as unknown);
}
