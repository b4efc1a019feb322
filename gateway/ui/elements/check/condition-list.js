import { LitElement, css, html } from "../../vendor/lit.js";
import { knows, t, translated } from "../../lib/language.js";
import { shared, tones } from "../../lib/styles.js";
import { short } from "../../lib/verdicts.js";

/** The conditions under which the evidence says what the claim says, and which the claim leaves out. */
export class ConditionList extends LitElement {
  static properties = { conditions: { attribute: false } };

  static styles = [
    shared,
    tones,
    css`
      section {
        padding: 0.6rem 0.8rem;
        border-radius: var(--radius-s);
        background: var(--tone-soft);
      }
      h3 {
        margin-bottom: 0.4rem;
        color: var(--tone);
        font-size: 0.9375rem;
      }
      ul {
        display: grid;
        gap: 0.3rem;
        margin: 0;
        padding: 0;
        list-style: none;
      }
      li {
        overflow-wrap: anywhere;
      }
      small {
        color: var(--ink-2);
        font-size: 0.8125rem;
      }
    `,
  ];

  constructor() {
    super();
    this.conditions = [];
    translated(this);
  }

  render() {
    return html`
      <section data-tone="conditional">
        <h3>${t("evidence.conditions")}</h3>
        <ul>
          ${this.conditions.map((condition) => this.#item(condition))}
        </ul>
      </section>
    `;
  }

  #item(condition) {
    const kind = short(condition.kind, "CONDITION_KIND");
    return html`<li data-kind=${kind}>
      <small>${t(knows(`condition.${kind}`) ? `condition.${kind}` : "condition.other")}</small> <b>${condition.text}</b>
      <small>${condition.normalised}</small>
    </li>`;
  }
}
customElements.define("condition-list", ConditionList);
