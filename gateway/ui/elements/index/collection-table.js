import { LitElement, css, html } from "../../vendor/lit.js";
import { idOf, isQuarantined } from "../../lib/collections.js";
import { bytes, number, t, translated } from "../../lib/language.js";
import { shared, tables } from "../../lib/styles.js";
import { short } from "../../lib/verdicts.js";
import "./state-badge.js";

const NUMBERS = ["points", "indexed", "head", "dim", "memory", "disk"];

/** All collections. states: of the indexes, by the collection's name, as far as known. selected: an id. */
export class CollectionTable extends LitElement {
  static properties = { collections: { attribute: false }, states: { attribute: false }, selected: {} };

  static styles = [
    shared,
    tables,
    css`
      tr[aria-current="true"] {
        background: var(--accent-soft);
      }
      tbody tr:hover:not([aria-current="true"]) {
        background: var(--surface-2);
      }
    `,
  ];

  constructor() {
    super();
    this.states = new Map();
    translated(this);
  }

  render() {
    return html`
      <div class="scroll">
        <table>
          <caption class="unseen">
            ${t("index.list")}
          </caption>
          <thead>
            <tr>
              <th scope="col">${t("index.name")}</th>
              <th scope="col">${t("index.state")}</th>
              <th scope="col">${t("index.metric")}</th>
              ${NUMBERS.map((name) => html`<th scope="col" class="number">${t(`index.${name}`)}</th>`)}
            </tr>
          </thead>
          <tbody>
            ${this.collections.map((collection) => this.#row(collection))}
          </tbody>
        </table>
      </div>
    `;
  }

  #row(collection) {
    const id = idOf(collection);
    const { points, indexedPoints, memoryBytes, diskBytes } = collection.stats ?? {};
    const facts = isQuarantined(collection)
      ? ["–", "–", "–", number(collection.dim), "–", "–"]
      : [
          number(Number(points)), number(Number(indexedPoints)), number(Number(points) - Number(indexedPoints)),
          number(collection.dim), bytes(Number(memoryBytes)), bytes(Number(diskBytes)),
        ]; // prettier-ignore
    const state = isQuarantined(collection) ? collection.state : (this.states.get(collection.name) ?? collection.state);
    return html`
      <tr aria-current=${id === this.selected}>
        <th scope="row"><a href="#/index?collection=${id}">${id}</a></th>
        <td><state-badge state=${state}></state-badge></td>
        <td>${t(`index.metric.${short(collection.metric, "METRIC")}`)}</td>
        ${facts.map((fact) => html`<td class="number">${fact}</td>`)}
      </tr>
    `;
  }
}
customElements.define("collection-table", CollectionTable);
