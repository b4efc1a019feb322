import { LitElement, css, html } from "../../vendor/lit.js";
import { number, t, translated } from "../../lib/language.js";
import { shared } from "../../lib/styles.js";

/** What each judge said of the claim before they were weighed. `opinions`: those of a result, the rules first. */
export class OpinionList extends LitElement {
  static properties = { opinions: { attribute: false } };

  static styles = [
    shared,
    css`
      h3 {
        margin-bottom: 0.4rem;
        color: var(--ink-2);
        font-size: 0.875rem;
      }
      ul {
        display: grid;
        gap: 0.4rem;
        margin: 0;
        padding: 0;
        list-style: none;
      }
      li {
        overflow-wrap: anywhere;
        font-size: 0.875rem;
      }
      q {
        display: block;
        color: var(--ink-2);
      }
    `,
  ];

  constructor() {
    super();
    this.opinions = [];
    translated(this);
  }

  render() {
    return html`
      <h3>${t("evidence.opinions")}</h3>
      <ul>
        ${this.opinions.map((opinion) => this.#item(opinion))}
      </ul>
    `;
  }

  #item(opinion) {
    const share = (value) => number(value, { style: "percent", maximumFractionDigits: 0 });
    const { supported = 0, contradicted = 0, neither = 0 } = opinion.probabilities ?? {};
    return html`<li data-judge=${opinion.judge}>
      <b>${opinion.judge}</b>
      ${t("evidence.measures", { supported: share(supported), contradicted: share(contradicted), neither: share(neither) })}
      <q>${opinion.quote}</q>
    </li>`;
  }
}
customElements.define("opinion-list", OpinionList);
