/** Calls `act` each `everyMs` while its element is on the page and the page is visible. */
class Every {
  #timer;

  constructor(everyMs, act) {
    this.everyMs = everyMs;
    this.act = act;
  }

  hostConnected() {
    this.#timer = setInterval(() => document.hidden || this.act(), this.everyMs);
  }

  hostDisconnected() {
    clearInterval(this.#timer);
  }
}

export const every = (host, everyMs, act) => host.addController(new Every(everyMs, act));
