/** A client's line to its homeserver, which can be cut: what a tunnel, a closed lid or a server that is down do. */
export class Line {
  #isCut = false;

  /** To be given to everything that makes requests for this client. */
  readonly fetch: typeof fetch = async (input, init) => {
    if (this.#isCut) throw new TypeError("Failed to fetch");
    return fetch(input, init);
  };

  get isCut(): boolean {
    return this.#isCut;
  }

  /** Cuts the line, or mends it and says so as a browser does. */
  cut(isCut: boolean): void {
    this.#isCut = isCut;
    window.dispatchEvent(new Event(isCut ? "offline" : "online"));
  }
}
