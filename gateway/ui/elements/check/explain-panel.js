import { LitElement, Task, css, html, nothing } from "../../vendor/lit.js";
import { call } from "../../lib/api.js";
import { knows, number, t, translated } from "../../lib/language.js";
import { shared } from "../../lib/styles.js";
import { findingWord, short } from "../../lib/verdicts.js";
import "../common/problem-card.js";
import "../common/verdict-badge.js";

/**
 * Why a claim has its verdict, and what would change it; asked when it is wanted. `claim`: its text. `corpus`: its name;
 * `sources`: where a request brought its own, they are the evidence, as they were in the check.
 */
export class ExplainPanel extends LitElement {
  static properties = { corpus: {}, sources: { attribute: false }, claim: {}, version: {}, isOpen: { state: true } };

  static styles = [
    shared,
    css`
      ul {
        display: grid;
        gap: 0.35rem;
        margin: 0.5rem 0;
        padding-left: 1.2rem;
        font-size: 0.9375rem;
        overflow-wrap: anywhere;
      }
      h3 {
        margin-top: 0.75rem;
        color: var(--ink-2);
        font-size: 0.875rem;
      }
      q {
        font-weight: 600;
        quotes: "「" "」";
      }
      .bone {
        height: 4rem;
        margin-top: 0.5rem;
      }
    `,
  ];

  #explanation = new Task(this, {
    task: ([isOpen, corpus, sources, claim], { signal }) =>
      isOpen ? call("/v1/explainClaim", { body: { corpus, sources, claim, offsetUnit: "OFFSET_UNIT_UTF16" }, signal }) : null,
    args: () => [this.isOpen, this.corpus, this.sources, this.claim],
  });

  constructor() {
    super();
    this.corpus = "";
    this.sources = [];
    this.claim = "";
    this.version = "";
    this.isOpen = false;
    translated(this);
  }

  willUpdate(changed) {
    if (changed.has("claim") && changed.get("claim")) this.isOpen = false;
  }

  toggle() {
    this.isOpen = !this.isOpen;
  }

  render() {
    return html`
      <button class="why" aria-expanded=${this.isOpen} @click=${this.toggle}>${t("explain.why")}</button>
      ${this.isOpen
        ? this.#explanation.render({
            pending: () => html`<span class="bone" role="status" aria-label=${t("common.loading")}></span>`,
            error: (problem) => html`<problem-card .problem=${problem} @retry=${() => this.#explanation.run()}></problem-card>`,
            complete: (found) => (found ? this.#told(found) : nothing),
          })
        : nothing}
    `;
  }

  #told(found) {
    return html`
      <div class="told">
        ${found.version !== this.version ? html`<p class="small muted">${t("explain.otherVersion", { version: found.version })}</p>` : nothing}
        <ul aria-label=${t("explain.why")}>
          ${found.reasons.map((reason) => html`<li data-kind=${reason.kind}>${this.#reason(reason)}</li>`)}
        </ul>
        <h3>${t("explain.changes")}</h3>
        ${found.changes.length
          ? html`<ul>
              ${found.changes.map((change) => html`<li data-kind=${change.kind}>${this.#change(change)}</li>`)}
            </ul>`
          : html`<p class="small muted">${t("explain.noChange")}</p>`}
      </div>
    `;
  }

  #reason(reason) {
    const key = `reason.${reason.kind}`;
    const word = knows(key) ? t(key) : reason.kind;
    const sides = [reason.claimText, reason.evidenceText].filter(Boolean);
    return html`
      ${word}${reason.finding ? html`${t("explain.colon")}${findingWord(reason.finding)}` : nothing}
      ${reason.kind === "decided_by" ? html`<b>${reason.judge}</b>` : nothing}
      ${sides.length === 2 && reason.kind !== "says_the_same"
        ? html`<q>${sides[0]}</q> ↔ <q>${sides[1]}</q>`
        : sides.map((words) => html`<q>${words}</q>`)}
      ${reason.document ? html`<code>${reason.document.split("/").pop()}</code>` : nothing}
      ${reason.measure ? html`<span class="muted small">${this.#measure(reason)}</span>` : nothing}
    `;
  }

  #measure({ measure, value, threshold }) {
    const key = `measure.${measure}`;
    const digits = { minimumFractionDigits: 2, maximumFractionDigits: 2 };
    return t("explain.measure", {
      name: knows(key) ? t(key) : measure, value: number(value, digits), needed: number(threshold, digits),
    }); // prettier-ignore
  }

  #change(change) {
    const key = `change.${change.kind}`;
    const values = { from: change.fromText, to: change.toText, document: change.document.split("/").pop() };
    return html`
      ${knows(key) ? t(key, values) : change.kind}
      <verdict-badge verdict=${short(change.verdict, "VERDICT")}></verdict-badge>
    `;
  }
}
customElements.define("explain-panel", ExplainPanel);
