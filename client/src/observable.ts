/** Of the form that `useSyncExternalStore` takes. */
export interface Observable<T> {
  /** The same object until it changes. */
  get(): T;
  subscribe(listener: () => void): () => void;
}

/** A listener may end its own subscription while it is told. */
export function observable<T>(first: T): Observable<T> & { set(value: T): void } {
  const listeners = new Set<() => void>();
  let current = first;
  return {
    get: () => current,
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    set(value) {
      current = value;
      for (const listener of [...listeners]) listener();
    },
  };
}
