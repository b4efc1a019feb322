import { LitElement, css, html } from "../../vendor/lit.js";
import { idOf } from "../../lib/collections.js";
import { bytes, number, t, translated } from "../../lib/language.js";
import { shared } from "../../lib/styles.js";
import "./recall-time.js";
import "./sharded-build.js";
import "./state-badge.js";

/** A collection that was built in shards, which has no segments: what it is, how its build stands, how it is searched. */
export class ShardedCollection extends LitElement {
  static properties = { collection: { attribute: false } };

  static styles = [
    shared,
    css`
      :host {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 1rem;
      }
      section {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 0.75rem;
        padding: 1rem 1.1rem;
      }
      .line {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.6rem;
      }
      h2 {
        font-size: 1.15rem;
        overflow-wrap: anywhere;
      }
      h3 {
        font-size: 1rem;
      }
    `,
  ];

  constructor() {
    super();
    translated(this);
  }

  render() {
    const { name, state, stats } = this.collection;
    const id = idOf(this.collection);
    return html`
      <section class="card sharded" aria-label=${id}>
        <div class="line"><h2>${id}</h2><state-badge state=${state}></state-badge></div>
        <p>${t("sharded.what", { points: number(Number(stats.points)), disk: bytes(Number(stats.diskBytes)) })}</p>
        <h3>${t("sharded.build")}</h3>
        <sharded-build name=${name}></sharded-build>
      </section>
      <section class="card"><h3>${t("measure.title")}</h3><recall-time .collection=${this.collection}></recall-time></section>
    `;
  }
}
customElements.define("sharded-collection", ShardedCollection);
