import { LitElement, Task, css, html, nothing } from "../../vendor/lit.js";
import { loadCalibration } from "../../lib/calibration.js";
import { t, translated } from "../../lib/language.js";
import { adjust, route } from "../../lib/route.js";
import { ResultPages } from "../../lib/result-pages.js";
import { getResult } from "../../lib/results.js";
import { identity } from "../../lib/session.js";
import { shared } from "../../lib/styles.js";
import "../common/problem-card.js";
import "../common/purpose-note.js";
import "./calibration-table.js";
import "./result-table.js";
import "./result-view.js";

/** Review: kept results; one of them opens, and people say of each claim what is right. */
export class ReviewPage extends LitElement {
  static properties = { result: { state: true } };

  static styles = [
    shared,
    css`
      :host {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 1rem;
      }
      .head {
        display: flex;
        flex-wrap: wrap;
        align-items: end;
        justify-content: space-between;
        gap: 0.75rem 1.5rem;
        padding: 1.1rem;
      }
      h1 {
        font-size: 1.35rem;
      }
      label {
        display: flex;
        align-items: center;
        gap: 0.5rem;
      }
      label input {
        width: 1.1rem;
        height: 1.1rem;
      }
      .list > * {
        margin: 0.5rem 1rem;
      }
      .list {
        padding-bottom: 0.5rem;
      }
    `,
  ];

  #list = new ResultPages(this, () => ({ stored: !this.#showsAll }));
  #open = new Task(this, {
    task: async ([id], { signal }) => {
      this.result = id ? await getResult(id, signal) : null;
      return this.result;
    },
    args: () => [route.value.parameters.result, identity.value],
  });
  #calibration = new Task(this, {
    task: ([corpus], { signal }) => loadCalibration(corpus, signal),
    args: () => [this.result?.corpus ?? "", identity.value],
  });

  constructor() {
    super();
    this.result = null;
    translated(this);
    route.watch(this);
    identity.watch(this);
  }

  get #showsAll() {
    return route.value.parameters.all === "1";
  }

  render() {
    return html`
      <section class="card head">
        <div>
          <h1>${t("review.title")}</h1>
          <p class="muted">${t("review.lead")}</p>
        </div>
        <label>
          <input type="checkbox" .checked=${this.#showsAll} @change=${(event) => adjust({ all: event.target.checked ? "1" : "" })} />
          ${t("review.all")}
        </label>
      </section>
      ${this.#open.render({
        pending: () => html`<span class="card bone" role="status" aria-label=${t("common.loading")}></span>`,
        error: (problem) => html`<problem-card .problem=${problem} @retry=${() => this.#open.run()}></problem-card>`,
        complete: () => (this.result ? this.#view() : nothing),
      })}
      ${this.#list.render({
        pending: () => html`<span class="card bone" role="status" aria-label=${t("common.loading")}></span>`,
        error: (problem) => html`<problem-card .problem=${problem} @retry=${() => this.#list.run()}></problem-card>`,
        complete: (results, more) => this.#results(results, more),
      })}
      <calibration-table .calibration=${this.#calibration.value ?? null} .corpus=${this.result?.corpus ?? ""}></calibration-table>
      <purpose-note></purpose-note>
    `;
  }

  #view() {
    return html`<result-view
      .result=${this.result}
      .calibration=${this.#calibration.value ?? null}
      @changed=${(event) => this.#changed(event.detail)}
      @deleted=${this.#deleted}
    ></result-view>`;
  }

  #results(results, more) {
    return html`
      <section class="card list" aria-label=${t("review.list")}>
        ${results.length
          ? html`<result-table .results=${results} selected=${route.value.parameters.result ?? ""}></result-table>`
          : html`<p class="muted empty">${t("review.empty")}</p>`}
        ${more}
      </section>
    `;
  }

  #changed(review) {
    const claims = this.result.claims.map((claim) => (claim.name === review.claim ? { ...claim, review } : claim));
    this.result = { ...this.result, claims };
    this.#calibration.run();
    this.#list.run();
  }

  #deleted() {
    this.result = null;
    adjust({ result: "" });
    this.#list.run();
    this.#calibration.run();
  }
}
customElements.define("review-page", ReviewPage);
