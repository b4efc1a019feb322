import { LitElement, html } from "../../vendor/lit.js";
import { number, t, translated } from "../../lib/language.js";
import { shared, tables } from "../../lib/styles.js";
import "../common/line-chart.js";

/** recall@10 by the width of the beam, as each segment's build measured it: lines and a table. */
export class RecallBuild extends LitElement {
  static properties = { segments: { attribute: false } };

  static styles = [shared, tables];

  constructor() {
    super();
    translated(this);
  }

  render() {
    const segments = this.segments.filter((segment) => segment.recalls.length);
    if (!segments.length) return html`<p class="muted small">${t("recall.noGraph")}</p>`;
    const efs = [...new Set(segments.flatMap(({ recalls }) => recalls.map(({ ef }) => ef)))].sort((a, b) => a - b);
    const nameOf = (segment) => t("recall.segment", { number: segment.number });
    const series = segments.map((segment) => ({
      name: nameOf(segment),
      points: segment.recalls.map(({ ef, recall }) => ({ x: ef, y: recall })),
    }));
    return html`
      <line-chart .series=${series} label=${t("recall.byEf")} x-label=${t("recall.ef")} y-label="recall@10" floor="0.9"></line-chart>
      <div class="scroll">
        <table>
          <caption class="unseen">
            ${t("recall.byEf")}
          </caption>
          <thead>
            <tr>
              <th scope="col" class="number">ef</th>
              ${segments.map((segment) => html`<th scope="col" class="number">${nameOf(segment)}</th>`)}
            </tr>
          </thead>
          <tbody>
            ${efs.map((ef) => this.#row(ef, segments))}
          </tbody>
        </table>
      </div>
    `;
  }

  #row(ef, segments) {
    const recalls = segments.map((segment) => segment.recalls.find((point) => point.ef === ef)?.recall);
    const word = (recall) => (recall === undefined ? "–" : number(recall, { minimumFractionDigits: 3, maximumFractionDigits: 3 }));
    return html`
      <tr>
        <th scope="row" class="number">${number(ef)}</th>
        ${recalls.map((recall) => html`<td class="number">${word(recall)}</td>`)}
      </tr>
    `;
  }
}
customElements.define("recall-build", RecallBuild);
