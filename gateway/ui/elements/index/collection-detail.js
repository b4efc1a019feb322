import { LitElement, Task, TaskStatus, css, html, nothing } from "../../vendor/lit.js";
import { call } from "../../lib/api.js";
import { idOf, isQuarantined, isSharded, memoryOf, watchIndex } from "../../lib/collections.js";
import { every } from "../../lib/every.js";
import { t, translated } from "../../lib/language.js";
import { isAbort } from "../../lib/problem.js";
import { identity } from "../../lib/session.js";
import { shared } from "../../lib/styles.js";
import "../common/copy-id.js";
import "../common/problem-card.js";
import "./build-failure.js";
import "./build-progress.js";
import "./index-actions.js";
import "./memory-bar.js";
import "./recall-build.js";
import "./recall-time.js";
import "./segment-table.js";
import "./sharded-build.js";
import "./sharded-collection.js";
import "./state-badge.js";

const AGAIN_MS = 3000;
/** One collection: its index now, while it is built, and after others have changed it. name: `collections/{id}`. Sends `changed`. */
export class CollectionDetail extends LitElement {
  static properties = { name: {}, index: { state: true } };

  static styles = [
    shared,
    css`
      :host {
        display: grid;
        grid-template-columns: minmax(0, 1fr) minmax(0, 1fr);
        gap: 1rem;
        align-items: start;
      }
      section {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 0.75rem;
        padding: 1rem 1.1rem;
      }
      .wide,
      problem-card {
        grid-column: 1 / -1;
      }
      h2 {
        font-size: 1.15rem;
        overflow-wrap: anywhere;
      }
      h3 {
        font-size: 1rem;
      }
      .line {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.6rem;
      }
      index-actions {
        margin-left: auto;
      }
      .bone {
        height: 9rem;
      }
      @media (max-width: 60rem) {
        :host {
          grid-template-columns: minmax(0, 1fr);
        }
      }
    `,
  ];

  #collection = new Task(this, {
    task: ([name], { signal }) => call(`/v1/${name}`, { signal }),
    // Sizes change with the segments, not with the progress of a build.
    args: () => [this.name, identity.value, this.#segments],
  });
  #watch = new Task(this, {
    task: async ([name], { signal }) => {
      for await (const index of watchIndex(name, signal)) {
        signal.throwIfAborted();
        if (JSON.stringify(index) === JSON.stringify(this.index)) continue;
        const before = this.index && `${this.index.state} ${this.#segments}`;
        this.index = index;
        if (before && before !== `${index.state} ${this.#segments}`) this.dispatchEvent(new CustomEvent("changed"));
      }
    },
    args: () => [this.name, identity.value],
    autoRun: false,
  });
  #watched = ""; // for whom the watch was begun

  constructor() {
    super();
    this.name = "";
    this.index = null;
    translated(this);
    identity.watch(this);
    // A watch ends once nothing is being built. One that failed is for people to try again.
    every(this, AGAIN_MS, () => this.#watched && this.#watch.status === TaskStatus.COMPLETE && this.#watch.run());
  }

  get #segments() {
    return this.index ? `${this.index.segments.map(({ number }) => number)}/${this.index.headPoints}` : "";
  }

  disconnectedCallback() {
    this.#watch.abort();
    super.disconnectedCallback();
  }

  willUpdate(changed) {
    if (changed.has("name")) this.index = null;
  }

  render() {
    const { error, status, value } = this.#collection;
    if (status === TaskStatus.ERROR && !isAbort(error)) return this.#failed(error);
    // While its sizes are asked for anew, the old ones stay.
    if (value?.name !== this.name) return html`<span class="card bone wide" role="status" aria-label=${t("common.loading")}></span>`;
    return isQuarantined(value) ? this.#quarantined(value) : this.#serving(value);
  }

  updated() {
    const { value } = this.#collection;
    const key = value?.name === this.name && !isQuarantined(value) ? `${this.name} ${identity.value}` : "";
    if (key && key !== this.#watched) this.#watch.run();
    if (!key) this.#watch.abort();
    this.#watched = key;
  }

  #failed(error) {
    const card = html`<problem-card .problem=${error} @retry=${() => this.#collection.run()}></problem-card>`;
    if (error.code !== "NOT_FOUND") return card;
    // It may be on its way: a collection is there once its build in shards is complete.
    return html`<sharded-build class="wide" name=${this.name} @built=${this.#built}>${card}</sharded-build>`;
  }

  #built() {
    this.#collection.run();
    this.dispatchEvent(new CustomEvent("changed"));
  }

  #quarantined(collection) {
    const id = idOf(collection);
    return html`
      <section class="card wide quarantined" role="alert">
        <div class="line"><h2>${id}</h2><state-badge state=${collection.state}></state-badge></div>
        <p>${t("index.quarantined")}</p>
        <p class="small muted">${t("index.restore")}</p>
        <copy-id .value=${`monshin index restore ${id} FILE`} .label=${t("empty.commandName")}></copy-id>
      </section>
    `;
  }

  #serving(collection) {
    const { error, status } = this.#watch;
    const { index } = this;
    if (status === TaskStatus.ERROR && isSharded(error)) {
      return html`<sharded-collection class="wide" .collection=${collection}></sharded-collection>`;
    }
    return html`
      ${status === TaskStatus.ERROR && !isAbort(error)
        ? html`<problem-card .problem=${error} @retry=${() => this.#watch.run()}></problem-card>`
        : nothing}
      ${index
        ? this.#index(collection, index)
        : html`<span class="card bone wide" role="status" aria-label=${t("common.loading")}></span>`}
    `;
  }

  #index(collection, index) {
    return html`
      <section class="card wide state" aria-label=${idOf(collection)}>
        <div class="line">
          <h2>${idOf(collection)}</h2>
          <state-badge state=${index.state}></state-badge>
          <index-actions .index=${index} @changed=${() => this.#watch.run()}></index-actions>
        </div>
        ${index.failure ? html`<build-failure .reason=${index.failure} .retrySeconds=${index.retrySeconds}></build-failure>` : nothing}
        ${index.build ? html`<build-progress .build=${index.build}></build-progress>` : nothing}
        <p class="unseen" role="status">${t(`index.state.${index.state.replace("INDEX_STATE_", "")}`)}</p>
      </section>
      <section class="card wide"><h3>${t("segments.title")}</h3>
        <segment-table .segments=${index.segments} head=${index.headPoints}></segment-table>
      </section>
      <section class="card"><h3>${t("recall.byEf")}</h3><recall-build .segments=${index.segments}></recall-build></section>
      <section class="card"><h3>${t("measure.title")}</h3><recall-time .collection=${collection}></recall-time></section>
      <section class="card wide"><h3>${t("memory.title")}</h3>
        <memory-bar .parts=${memoryOf(collection, index)}></memory-bar>
      </section>
    `;
  }
}
customElements.define("collection-detail", CollectionDetail);
