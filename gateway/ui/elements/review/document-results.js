import { LitElement, css, html } from "../../vendor/lit.js";
import { t, translated } from "../../lib/language.js";
import { Problem } from "../../lib/problem.js";
import { ResultPages } from "../../lib/result-pages.js";
import { shared } from "../../lib/styles.js";
import "../common/problem-card.js";
import "./result-table.js";

/** The kept results that used a document: what a retraction may have to be told to. `document`: its name. */
export class DocumentResults extends LitElement {
  static properties = { document: {} };

  static styles = [
    shared,
    css`
      section {
        margin: 1rem 1.25rem 0;
      }
      h3 {
        font-size: 0.9375rem;
      }
    `,
  ];

  #pages = new ResultPages(this, () => ({ document: this.document }));

  constructor() {
    super();
    this.document = "";
    translated(this);
  }

  render() {
    return html`
      <section aria-label=${t("review.usedBy")}>
        <h3>${t("review.usedBy")}</h3>
        ${this.#pages.render({
          pending: () => html`<span class="bone" role="status" aria-label=${t("common.loading")}></span>`,
          error: (problem) => this.#failed(problem),
          complete: (results, more) =>
            results.length
              ? html`<result-table .results=${results}></result-table>${more}`
              : html`<p class="muted small none">${t("review.usedByNone")}</p>`,
        })}
      </section>
    `;
  }

  #failed(problem) {
    const isDenied = problem instanceof Problem && problem.code === "PERMISSION_DENIED";
    if (isDenied) return html`<p class="muted small">${t("review.usedByDenied")}</p>`;
    return html`<problem-card .problem=${problem} @retry=${() => this.#pages.run()}></problem-card>`;
  }
}
customElements.define("document-results", DocumentResults);
