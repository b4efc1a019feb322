import { LitElement, Task, TaskStatus, css, html, nothing } from "../../vendor/lit.js";
import { isPassing, listCollections, listStates } from "../../lib/collections.js";
import { every } from "../../lib/every.js";
import { t, translated } from "../../lib/language.js";
import { isAbort } from "../../lib/problem.js";
import { route } from "../../lib/route.js";
import { identity } from "../../lib/session.js";
import { shared } from "../../lib/styles.js";
import "../common/copy-id.js";
import "../common/problem-card.js";
import "./collection-detail.js";
import "./collection-table.js";
import "./sharded-list.js";

const COMMAND = "monshin ann create NAME --dim 384";
// A call each: more of them would keep a browser, which allows six at a time, from the page itself.
const STATES_ASKED = 50;
// What others make, build and delete is seen by then. Each look is as many entries in the access log as calls.
const AGAIN_MS = 10_000;

/** Index: all collections as they are now, and how the one that the URL names is searched. */
export class IndexPage extends LitElement {
  static styles = [
    shared,
    css`
      :host {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 1rem;
      }
      h1 {
        font-size: 1.3rem;
      }
      .list {
        overflow: hidden;
      }
      .empty {
        display: grid;
        justify-items: center;
        gap: 0.75rem;
        padding: clamp(2rem, 8vw, 4rem) 1.25rem;
        text-align: center;
      }
      .bone {
        height: 9rem;
      }
    `,
  ];

  #known = null; // the last list, and whose it was
  #collections = new Task(this, {
    task: async ([who], { signal }) => {
      try {
        const list = await listCollections(signal);
        this.#known = { who, list };
        return list;
      } catch (problem) {
        // A service that is away for a moment takes nothing off the page that is being watched.
        if (isPassing(problem) && this.#known?.who === who) return this.#known.list;
        throw problem;
      }
    },
    args: () => [identity.value],
  });
  #states = new Task(this, {
    task: ([collections], { signal }) => (collections ? listStates(collections, STATES_ASKED, signal) : new Map()),
    args: () => [this.#collections.value],
  });

  constructor() {
    super();
    translated(this);
    route.watch(this);
    identity.watch(this);
    every(this, AGAIN_MS, () => this.#isIdle && this.#collections.run());
  }

  /** Whether the last look is complete. A list that failed is for people to try again. */
  get #isIdle() {
    return this.#collections.status === TaskStatus.COMPLETE && this.#states.status !== TaskStatus.PENDING;
  }

  render() {
    return html`
      <header>
        <h1>${t("index.title")}</h1>
        <p class="muted">${t("index.lead")}</p>
      </header>
      ${this.#content()}
    `;
  }

  #content() {
    const { status, error, value } = this.#collections;
    if (status === TaskStatus.ERROR && !isAbort(error)) {
      return html`<problem-card .problem=${error} @retry=${() => this.#collections.run()}></problem-card>`;
    }
    // While the list is asked for anew, the old one stays.
    if (!value) return html`<span class="card bone" role="status" aria-label=${t("common.loading")}></span>`;
    const selected = route.value.parameters.collection ?? "";
    if (!value.length && !selected) return html`${this.#empty()}<sharded-list .collections=${value}></sharded-list>`;
    return html`
      <section class="card list">
        <collection-table .collections=${value} .states=${this.#states.value ?? new Map()} selected=${selected}></collection-table>
      </section>
      <sharded-list .collections=${value}></sharded-list>
      ${selected
        ? html`<collection-detail name="collections/${selected}" @changed=${() => this.#collections.run()}></collection-detail>`
        : html`<p class="muted">${t("index.choose")}</p>`}
    `;
  }

  #empty() {
    return html`
      <section class="card empty">
        <h2>${t("index.empty")}</h2>
        <p class="muted">${t("index.emptyLead")}</p>
        <copy-id .value=${COMMAND} .label=${t("empty.commandName")}></copy-id>
      </section>
    `;
  }
}
customElements.define("index-page", IndexPage);
