const prefix = "countersign-demo ";

/**
 * Says that the databases of this run are in use, until the function returned is called or the page goes; and deletes those
 * that earlier pages left behind. A demo in another tab keeps its own.
 */
export function holdDatabases(run: string): () => void {
  let release = (): void => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  void navigator.locks.request(prefix + run, () => held);
  void deleteLeftovers();
  return release;
}

async function deleteLeftovers(): Promise<void> {
  for (const { name = "" } of await indexedDB.databases()) {
    const run = name.startsWith(prefix) ? (name.slice(prefix.length).split(" ")[0] ?? "") : "";
    if (run === "") continue;
    await navigator.locks.request(prefix + run, { ifAvailable: true }, (lock) => {
      if (lock !== null) indexedDB.deleteDatabase(name);
    });
  }
}
