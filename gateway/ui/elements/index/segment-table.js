import { LitElement, css, html, nothing } from "../../vendor/lit.js";
import { bytes, dateTime, duration, number, t, translated } from "../../lib/language.js";
import { shared, tables } from "../../lib/styles.js";

const NUMBERS = ["points", "dead", "vectors", "graph", "took"];

/** The segments of an index. head: how many points have no graph. */
export class SegmentTable extends LitElement {
  static properties = { segments: { attribute: false }, head: { type: Number } };

  static styles = [
    shared,
    tables,
    css`
      p {
        padding: 0.6rem 0.75rem;
      }
    `,
  ];

  constructor() {
    super();
    translated(this);
  }

  render() {
    return html`
      ${this.segments.length ? this.#table() : nothing}
      <p class="muted small">
        ${this.segments.length ? nothing : t("segments.none")}
        ${this.head ? t("segments.head", { count: number(this.head) }) : t("segments.noHead")}
      </p>
    `;
  }

  #table() {
    return html`
      <div class="scroll">
        <table>
          <caption class="unseen">
            ${t("segments.title")}
          </caption>
          <thead>
            <tr>
              <th scope="col">${t("segments.number")}</th>
              ${NUMBERS.map((name) => html`<th scope="col" class="number">${t(`segments.${name}`)}</th>`)}
              <th scope="col">${t("segments.built")}</th>
            </tr>
          </thead>
          <tbody>
            ${this.segments.map(
              (segment) => html`
                <tr>
                  <th scope="row">${segment.number}</th>
                  <td class="number">${number(Number(segment.points))}</td>
                  <td class="number">${number(Number(segment.deadPoints))}</td>
                  <td class="number">${bytes(Number(segment.vectorBytes))}</td>
                  <td class="number">${bytes(Number(segment.graphBytes))}</td>
                  <td class="number">${duration(segment.buildSeconds)}</td>
                  <td><time datetime=${segment.buildTime}>${dateTime(segment.buildTime)}</time></td>
                </tr>
              `,
            )}
          </tbody>
        </table>
      </div>
    `;
  }
}
customElements.define("segment-table", SegmentTable);
