/** The numbers of Flink's `_metadata`: marks, versions and the tags of handles (`docs/design/002-snapshot-format.md`). */

/** The first four bytes of every `_metadata`. @internal */
export const METADATA_MAGIC = 0x4960672d;
/** The mark before each master state, as a signed int. @internal */
export const MASTER_STATE_MAGIC = 0xc96b1696 | 0;

/** The oldest version that is read; files of Flink 1.3 to 1.10. @internal */
export const OLDEST_VERSION = 2;
/** The newest version that is read. @internal */
export const NEWEST_VERSION = 7;
/** The version that is written: every Flink from 1.13 to 2.3 restores it, and it needs no Java object at its end. @internal */
export const WRITTEN_VERSION = 3;
/** Coordinator state and channel state begin here. @internal */
export const FIRST_VERSION_WITH_COORDINATORS = 3;
/** A Java-serialized `CheckpointProperties` ends the file from here on. @internal */
export const FIRST_VERSION_WITH_PROPERTIES = 4;
/** The name and the uid stand before each operator from here on. @internal */
export const FIRST_VERSION_WITH_NAMES = 5;
/** Channel states say of which type they are from here on. @internal */
export const FIRST_VERSION_WITH_TYPED_CHANNELS = 6;
/** A subtask may refer to an earlier checkpoint from here on. @internal */
export const FIRST_VERSION_WITH_REFERENCES = 7;

/** The largest maximum parallelism of Flink. @internal */
export const MAX_KEY_GROUPS = 32768;

/** Tags of handles. @internal */
export const HANDLE_TAG = {
  none: 0,
  inline: 1,
  absoluteFile: 2,
  keyGroups: 3,
  operatorState: 4,
  incremental: 5,
  relativeFile: 6,
  canonicalKeyGroups: 7,
  changelog: 8,
  changelogInline: 9,
  changelogFile: 10,
  incrementalV2: 11,
  keyGroupsV2: 12,
  changelogFileV2: 13,
  changelogV2: 14,
  segment: 15,
  emptySegment: 16,
  mergedOperatorState: 17,
} as const;
