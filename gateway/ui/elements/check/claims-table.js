import { LitElement, css, html, nothing } from "../../vendor/lit.js";
import { verdictOf, visible } from "../../lib/check-run.js";
import { t, translated } from "../../lib/language.js";
import { shared } from "../../lib/styles.js";
import { findingWord } from "../../lib/verdicts.js";
import "../common/verdict-badge.js";

/** The same claims as the marked text, as a table. Sends `select` with a claim's index. */
export class ClaimsTable extends LitElement {
  static properties = { run: { attribute: false }, selected: { attribute: false }, filter: { attribute: false } };

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
        padding: 0.6rem 0.75rem;
        border-bottom: 1px solid var(--line);
        text-align: left;
        vertical-align: top;
      }
      th {
        color: var(--ink-2);
        font-size: 0.8125rem;
        font-weight: 600;
        white-space: nowrap;
      }
      tbody tr {
        cursor: pointer;
      }
      tbody tr:hover {
        background: var(--surface-2);
      }
      tr[aria-current="true"] {
        background: var(--accent-soft);
      }
      td:nth-child(2) {
        min-width: 14rem;
        overflow-wrap: anywhere;
      }
      button {
        min-height: 0;
        padding: 0.05rem 0.55rem;
        border-radius: 999px;
        font-weight: 700;
      }
    `,
  ];

  constructor() {
    super();
    translated(this);
  }

  render() {
    const claims = visible(this.run, this.filter);
    return html`
      <div>
        <table>
          <caption class="unseen">
            ${t("table.caption")}
          </caption>
          <thead>
            <tr>
              ${["number", "claim", "verdict", "source", "findings"].map((name) => html`<th scope="col">${t(`table.${name}`)}</th>`)}
            </tr>
          </thead>
          <tbody>
            ${claims.map((claim) => this.#row(claim))}
          </tbody>
        </table>
      </div>
      ${this.run.claims && !claims.length ? html`<p class="muted small">${t("table.none")}</p>` : nothing}
    `;
  }

  #row(claim) {
    const result = this.run.results.get(claim.index);
    const isSelected = this.selected?.index === claim.index;
    return html`
      <tr aria-current=${isSelected} @click=${() => this.#select(claim)}>
        <td><button aria-label=${t("table.select", { number: claim.index + 1 })}>${claim.index + 1}</button></td>
        <td>${claim.text}</td>
        <td><verdict-badge verdict=${verdictOf(this.run, claim)}></verdict-badge></td>
        <td>${result?.evidence[0]?.title || result?.evidence[0]?.document || ""}</td>
        <td>${this.#reasons(result).join(" / ")}</td>
      </tr>
    `;
  }

  #reasons(result) {
    const conditions = (result?.conditions ?? []).map((condition) => t("table.condition", { text: condition.text }));
    return [...new Set([...conditions, ...(result?.findings ?? []).map((finding) => findingWord(finding.kind))])];
  }

  #select(claim) {
    this.dispatchEvent(new CustomEvent("select", { detail: claim.index, bubbles: true, composed: true }));
  }
}
customElements.define("claims-table", ClaimsTable);
