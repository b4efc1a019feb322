/** A value that elements watch. `watch` is a Lit controller: the element renders anew at each change. */
export class Observable {
  #value;
  #listeners = new Set();

  constructor(value) {
    this.#value = value;
  }

  get value() {
    return this.#value;
  }

  set(value) {
    if (Object.is(value, this.#value)) return;
    this.#value = value;
    for (const listener of [...this.#listeners]) listener(value);
  }

  /** Calls `listener` at each change; returns what ends it. */
  subscribe(listener) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Renders `host` (a LitElement) at each change while it is in the page. */
  watch(host) {
    let end;
    host.addController({
      hostConnected: () => {
        end = this.subscribe(() => host.requestUpdate());
      },
      hostDisconnected: () => end(),
    });
    return this;
  }
}

/** An observable that outlives the page load, for settings only: never put a text here. */
export function remembered(key, fallback, allowed) {
  const stored = localStorage.getItem(key);
  const observable = new Observable(allowed.includes(stored) ? stored : fallback);
  observable.subscribe((value) => localStorage.setItem(key, value));
  return observable;
}
