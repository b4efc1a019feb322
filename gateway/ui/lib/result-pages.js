import { Task, html, nothing } from "../vendor/lit.js";
import { t } from "./language.js";
import { listResults } from "./results.js";
import { identity } from "./session.js";

const PAGE = 50;

/** Kept results, page after page as they are asked for. `wanted`: gives the parameters of ListResults; others start anew. */
export class ResultPages {
  #later = [];
  #first;
  #next;

  constructor(host, wanted) {
    this.#first = new Task(host, {
      task: (_, { signal }) => listResults({ ...wanted(), pageSize: PAGE }, signal),
      args: () => [...Object.values(wanted()), identity.value],
      onComplete: () => (this.#later = []),
    });
    this.#next = new Task(host, {
      autoRun: false,
      task: async ([pageToken], { signal }) => {
        const page = await listResults({ ...wanted(), pageSize: PAGE, pageToken }, signal);
        // What is wanted may have changed meanwhile: a page is taken only where it still follows the last one.
        if (this.#token === pageToken) this.#later.push(page);
      },
    });
  }

  /** Reads the first page again. */
  run() {
    return this.#first.run();
  }

  /** As Task.render. `complete` gets all results that were read, and a button while there are more than these. */
  render({ complete, ...others }) {
    return this.#first.render({
      ...others,
      complete: (page) => complete([page, ...this.#later].flatMap((one) => one.results), this.#more()),
    });
  }

  #more() {
    const token = this.#token;
    if (!token) return nothing;
    return html`
      ${this.#next.render({
        error: (problem) => html`<problem-card .problem=${problem} @retry=${() => this.#next.run([token])}></problem-card>`,
      })}
      <button class="more" @click=${() => this.#next.run([token])}>${t("review.more")}</button>
    `;
  }

  get #token() {
    return (this.#later.at(-1) ?? this.#first.value)?.nextPageToken;
  }
}
