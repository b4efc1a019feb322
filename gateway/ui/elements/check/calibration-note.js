import { LitElement, css, html, nothing } from "../../vendor/lit.js";
import { binOf } from "../../lib/calibration.js";
import { number, t, translated } from "../../lib/language.js";
import { shared } from "../../lib/styles.js";

/** How often people agreed with verdicts like this one. `calibration`: as the API gives it, or `null`. */
export class CalibrationNote extends LitElement {
  static properties = { calibration: { attribute: false }, result: { attribute: false } };

  static styles = [
    shared,
    css`
      p {
        font-size: 0.875rem;
        color: var(--ink-2);
      }
      b {
        color: var(--ink);
        font-variant-numeric: tabular-nums;
      }
    `,
  ];

  constructor() {
    super();
    this.calibration = null;
    this.result = null;
    translated(this);
  }

  render() {
    if (!this.calibration || !this.result || this.result.verdict === "VERDICT_NOT_CHECKABLE") return nothing;
    return html`<p class="local"><b>${t("calibration.title")}</b> ${this.#words()}</p>`;
  }

  #words() {
    const bin = binOf(this.calibration, this.result);
    const share = (value) => number(value, { style: "percent", maximumFractionDigits: 0 });
    if (!bin) return t("calibration.none");
    const values = {
      count: number(Number(bin.count)), agreed: number(Number(bin.agreed)), share: share(bin.share),
      low: share(bin.shareLow), high: share(bin.shareHigh), least: this.calibration.least,
    }; // prettier-ignore
    return bin.enough ? t("calibration.share", values) : t("calibration.few", values);
  }
}
customElements.define("calibration-note", CalibrationNote);
