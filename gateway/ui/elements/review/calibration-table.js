import { LitElement, css, html, nothing } from "../../vendor/lit.js";
import { number, t, translated } from "../../lib/language.js";
import { shared } from "../../lib/styles.js";
import { short } from "../../lib/verdicts.js";
import "../common/verdict-badge.js";

/** How often people agreed, by verdict and probability. `corpus`: its name, or empty for all. */
export class CalibrationTable extends LitElement {
  static properties = { calibration: { attribute: false }, corpus: {} };

  static styles = [
    shared,
    css`
      section {
        overflow-x: auto;
        padding: 1rem 1.1rem;
      }
      h2 {
        font-size: 1rem;
      }
      table {
        margin-top: 0.5rem;
        border-collapse: collapse;
        font-size: 0.9375rem;
      }
      th,
      td {
        padding: 0.35rem 1rem 0.35rem 0;
        text-align: left;
      }
      td {
        font-variant-numeric: tabular-nums;
      }
    `,
  ];

  constructor() {
    super();
    this.calibration = null;
    this.corpus = "";
    translated(this);
  }

  render() {
    const { calibration } = this;
    if (!calibration) return nothing;
    const where = this.corpus || t("calibration.everywhere");
    return html`
      <section class="card" aria-label=${t("calibration.table")}>
        <h2>${t("calibration.table")} — ${where}</h2>
        <p class="small muted">${t("calibration.lead", { least: calibration.least })}</p>
        ${calibration.bins.length ? this.#table(calibration) : html`<p class="muted">${t("calibration.empty")}</p>`}
      </section>
    `;
  }

  #table({ bins, least }) {
    const share = (value) => number(value, { style: "percent", maximumFractionDigits: 0 });
    return html`
      <table>
        <thead>
          <tr>
            ${["verdict", "told", "count", "agreed", "share"].map((name) => html`<th scope="col">${t(`calibration.column.${name}`)}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${bins.map(
            (bin) => html`
              <tr>
                <td><verdict-badge verdict=${short(bin.verdict, "VERDICT")}></verdict-badge></td>
                <td>${share(bin.low)}–${share(bin.high)}</td>
                <td>${number(Number(bin.count))}</td>
                <td>${number(Number(bin.agreed))}</td>
                <td>
                  ${bin.enough
                    ? html`${share(bin.share)} <span class="muted">(${share(bin.shareLow)}–${share(bin.shareHigh)})</span>`
                    : html`<span class="muted">${t("calibration.tooFew", { least })}</span>`}
                </td>
              </tr>
            `,
          )}
        </tbody>
      </table>
    `;
  }
}
customElements.define("calibration-table", CalibrationTable);
