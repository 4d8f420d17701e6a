/** Something read whole into memory, with the number of the version that was read. */
export interface Versioned {
  readonly version: bigint
}

/** A change during a load makes it begin again; nobody changes a catalogue this often. */
const LOADS_MAX = 20

/**
 * Reads something that takes several statements, all of one version: it is read again when the version moved meanwhile.
 * No transaction, because a load may be asked for in the midst of one, and would then wait for a connection that only
 * its end sets free.
 */
export async function readAtOneVersion<T>(
  version: () => Promise<bigint>,
  read: () => Promise<T>,
): Promise<{ readonly version: bigint; readonly found: T }> {
  let before = await version()
  for (let load = 0; load < LOADS_MAX; load += 1) {
    const found = await read()
    const after = await version()
    if (after === before) return { version: before, found }
    before = after
  }
  throw new Error('what is loaded keeps changing')
}

/** A copy in this process that is never used when the database says there is another version. */
export interface VersionedCache<T extends Versioned> {
  /** The copy of exactly that version, or a later one read just now. */
  get(version: bigint): Promise<T>
  /** Whatever copy is in hand; loads the first one. For readings that do not decide about money. */
  latest(): Promise<T>
  reload(): Promise<T>
}

/**
 * Keeps one loaded copy. The version comes with every read of the facts, so a change is seen by the first bill after
 * its commit, in every process, without a notification. Many who need the new version at once share one load.
 */
export function createVersionedCache<T extends Versioned>(load: () => Promise<T>): VersionedCache<T> {
  let current: T | null = null
  let loading: Promise<T> | null = null

  async function reload(): Promise<T> {
    loading ??= load().finally(() => {
      loading = null
    })
    current = await loading
    return current
  }

  return {
    reload,
    latest: async () => current ?? reload(),
    async get(version) {
      if (current !== null && current.version === version) return current
      const first = await reload()
      // A load that was already under way may have begun before the version asked for was committed.
      return first.version >= version ? first : reload()
    },
  }
}
