import { LitElement, css, html, nothing } from "../../vendor/lit.js";
import { dateTime, number, t, translated } from "../../lib/language.js";
import { claimCount } from "../../lib/results.js";
import { shared } from "../../lib/styles.js";
import { short } from "../../lib/verdicts.js";
import "../common/verdict-badge.js";

/** Kept results as a table; each leads to its page. `selected`: an id. */
export class ResultTable extends LitElement {
  static properties = { results: { attribute: false }, selected: {} };

  static styles = [
    shared,
    css`
      div {
        overflow-x: auto;
      }
      table {
        width: 100%;
        border-collapse: collapse;
        font-size: 0.9375rem;
      }
      th,
      td {
        padding: 0.5rem 0.65rem;
        border-bottom: 1px solid var(--line);
        text-align: left;
        white-space: nowrap;
      }
      th {
        color: var(--ink-2);
        font-size: 0.8125rem;
      }
      td.model {
        max-width: 14rem;
        overflow: hidden;
        text-overflow: ellipsis;
      }
      tr[aria-current="true"] {
        background: var(--accent-soft);
      }
    `,
  ];

  constructor() {
    super();
    this.results = [];
    this.selected = "";
    translated(this);
  }

  render() {
    const columns = ["time", "worst", "claims", "reviewed", "model", "version", "caller"];
    return html`
      <div>
        <table>
          <caption class="unseen">
            ${t("review.list")}
          </caption>
          <thead>
            <tr>
              ${columns.map((name) => html`<th scope="col">${t(`review.column.${name}`)}</th>`)}
            </tr>
          </thead>
          <tbody>
            ${this.results.map((result) => this.#row(result))}
          </tbody>
        </table>
      </div>
    `;
  }

  #row(result) {
    const id = result.name.replace("results/", "");
    return html`
      <tr aria-current=${id === this.selected} data-result=${id}>
        <td>
          <a href="#/review?result=${id}">${dateTime(result.createTime)}</a>
        </td>
        <td><verdict-badge verdict=${short(result.summary?.worst, "VERDICT")}></verdict-badge></td>
        <td>${number(claimCount(result))}</td>
        <td>${result.stored ? number(result.reviewed) : html`<span class="muted">${t("review.notStored")}</span>`}</td>
        <td class="model" title=${result.model || nothing}>${result.model || "–"}</td>
        <td>${result.summary?.version || t("review.sources")}</td>
        <td>${result.caller}</td>
      </tr>
    `;
  }
}
customElements.define("result-table", ResultTable);
