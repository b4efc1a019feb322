import { LitElement, css, html, nothing } from "../../vendor/lit.js";
import { dateTime, t, translated } from "../../lib/language.js";
import { deleteResult, reviewClaim } from "../../lib/results.js";
import { shortcuts } from "../../lib/shortcuts.js";
import { shared } from "../../lib/styles.js";
import { ORDER } from "../../lib/verdicts.js";
import "../common/copy-id.js";
import "../common/problem-card.js";
import "./claim-review.js";

/** A kept result with its claims, and the keys to go through them. Sends `changed` after a review, `deleted` after that. */
export class ResultView extends LitElement {
  static properties = {
    result: { attribute: false },
    calibration: { attribute: false },
    current: { state: true },
    problem: { state: true },
    isAsking: { state: true },
  };

  static styles = [
    shared,
    css`
      header {
        display: grid;
        gap: 0.5rem;
        padding: 0.9rem 1.1rem;
        border-bottom: 1px solid var(--line);
      }
      h2 {
        font-size: 1.05rem;
      }
      .facts {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.3rem 1.1rem;
      }
      pre {
        margin: 0;
        font: inherit;
        line-height: 1.8;
        white-space: pre-wrap;
        overflow-wrap: anywhere;
      }
      .delete {
        margin-left: auto;
      }
    `,
  ];

  constructor() {
    super();
    this.current = 0;
    this.problem = null;
    this.isAsking = false;
    this.calibration = null;
    translated(this);
    const choices = ORDER.map((verdict, place) => [String(place + 1), () => this.#currentView()?.choose(verdict)]);
    shortcuts(this, {
      j: () => this.#step(1),
      k: () => this.#step(-1),
      n: () => this.#currentView()?.focusNote(),
      ...Object.fromEntries(choices),
    });
  }

  willUpdate(changed) {
    if (changed.has("result") && changed.get("result")?.name !== this.result.name) {
      this.current = 0;
      this.problem = null;
      this.isAsking = false;
    }
  }

  render() {
    const { result } = this;
    const mayReview = result.stored && !result.withheld;
    return html`
      <section class="card" aria-label=${t("review.result")}>
        <header>
          <div class="facts">
            <h2>${t("review.result")}</h2>
            <copy-id .value=${result.name} .label=${t("review.result")}></copy-id>
            ${this.#delete()}
          </div>
          <div class="facts small muted">
            <span>${t("run.version")} ${result.summary?.version || t("review.sources")}</span>
            ${result.model ? html`<span>${t("check.model")} ${result.model}</span>` : nothing}
            <span>${t("review.by", { who: result.caller, when: dateTime(result.createTime) })}</span>
            <span>${t("review.ends", { when: dateTime(result.expireTime) })}</span>
          </div>
          ${mayReview ? nothing : html`<p class="muted">${result.withheld ? t("review.withheld") : t("review.notStoredWhy")}</p>`}
          ${result.question ? html`<p class="muted"><b>${t("answer.question")}</b> ${result.question}</p>` : nothing}
          ${result.answer ? html`<details><summary>${t("answer.title")}</summary><pre>${result.answer}</pre></details>` : nothing}
        </header>
        ${this.problem ? html`<problem-card .problem=${this.problem} @retry=${() => (this.problem = null)}></problem-card>` : nothing}
        ${result.claims.map(
          (claim, place) => html`
            <claim-review
              .claim=${claim}
              .number=${place}
              .isCurrent=${place === this.current}
              .mayReview=${mayReview}
              .calibration=${this.calibration}
              @click=${() => (this.current = place)}
              @review=${this.#review}
            ></claim-review>
          `,
        )}
      </section>
    `;
  }

  #delete() {
    if (!this.isAsking) return html`<button class="delete" @click=${() => (this.isAsking = true)}>${t("review.delete")}</button>`;
    return html`
      <span class="delete" role="alert">
        ${t("review.deleteSure")}
        <button class="sure" @click=${this.#sure}>${t("review.delete")}</button>
        <button @click=${() => (this.isAsking = false)}>${t("common.close")}</button>
      </span>
    `;
  }

  #currentView() {
    return this.renderRoot.querySelectorAll("claim-review")[this.current];
  }

  #step(by) {
    this.current = Math.min(Math.max(this.current + by, 0), Math.max(this.result.claims.length - 1, 0));
  }

  async #review({ detail }) {
    try {
      const review = await reviewClaim(detail.name, detail.verdict, detail.note);
      this.problem = null;
      this.dispatchEvent(new CustomEvent("changed", { detail: review }));
    } catch (problem) {
      this.problem = problem;
    }
  }

  async #sure() {
    try {
      await deleteResult(this.result.name.replace("results/", ""));
      this.dispatchEvent(new CustomEvent("deleted"));
    } catch (problem) {
      this.problem = problem;
    }
  }
}
customElements.define("result-view", ResultView);
