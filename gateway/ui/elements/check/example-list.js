import { LitElement, css, html } from "../../vendor/lit.js";
import { language, t, translated } from "../../lib/language.js";
import { shared, tones } from "../../lib/styles.js";
import { ORDER } from "../../lib/verdicts.js";
import "../common/verdict-badge.js";

/** Answers ready to try, and what the verdicts mean. Sends `choose` with the example. */
export class ExampleList extends LitElement {
  static properties = { examples: { attribute: false } };

  static styles = [
    shared,
    tones,
    css`
      :host {
        display: grid;
        gap: 1rem;
      }
      section {
        padding: 1.25rem;
      }
      h2 {
        margin-bottom: 0.6rem;
        font-size: 1rem;
      }
      ul {
        display: grid;
        gap: 0.5rem;
        margin: 0;
        padding: 0;
        list-style: none;
      }
      button {
        display: grid;
        justify-content: start;
        justify-items: start;
        gap: 0;
        width: 100%;
        padding: 0.6rem 0.8rem;
        border-color: var(--line);
        text-align: left;
        white-space: normal;
      }
      button strong {
        color: var(--accent);
      }
      button span {
        display: -webkit-box;
        -webkit-box-orient: vertical;
        -webkit-line-clamp: 2;
        overflow: hidden;
        color: var(--ink-2);
        font-size: 0.875rem;
      }
      dl {
        display: grid;
        grid-template-columns: max-content 1fr;
        gap: 0.55rem 0.9rem;
        align-items: baseline;
        margin: 0;
        font-size: 0.9375rem;
      }
      dd {
        margin: 0;
      }
    `,
  ];

  constructor() {
    super();
    this.examples = [];
    translated(this);
  }

  render() {
    return html`
      <section class="card">
        <h2>${t("examples.title")}</h2>
        <ul>
          ${this.#ordered().map(
            (example) => html`
              <li>
                <button type="button" lang=${example.lang} data-example=${example.id} @click=${() => this.#choose(example)}>
                  <strong>${example.title}</strong><span>${example.answer}</span>
                </button>
              </li>
            `,
          )}
        </ul>
      </section>
      <section class="card">
        <h2>${t("legend.title")}</h2>
        <dl>
          ${ORDER.map(
            (verdict) => html`
              <dt><verdict-badge verdict=${verdict}></verdict-badge></dt>
              <dd>${t(`legend.${verdict}`)}</dd>
            `,
          )}
        </dl>
      </section>
    `;
  }

  /** Those in the reader's language first. */
  #ordered() {
    const rank = (example) => Number(example.lang !== language.value);
    return [...this.examples].sort((one, other) => rank(one) - rank(other));
  }

  #choose(example) {
    this.dispatchEvent(new CustomEvent("choose", { detail: example }));
  }
}
customElements.define("example-list", ExampleList);
