import { LitElement, css, html, nothing } from "../../vendor/lit.js";
import { t, translated } from "../../lib/language.js";
import { adjust, route } from "../../lib/route.js";
import { shared } from "../../lib/styles.js";
import "./answer-view.js";
import "./claims-table.js";

/** The checked answer: as a marked text or as a table of its claims. Sends `select` with a claim's index. */
export class AnswerPanel extends LitElement {
  static properties = {
    run: { attribute: false },
    selected: { attribute: false },
    filter: { attribute: false },
    isRunning: { attribute: false },
  };

  static styles = [
    shared,
    css`
      header {
        display: flex;
        align-items: center;
        justify-content: space-between;
        gap: 1rem;
        padding: 0.7rem 1.1rem;
        border-bottom: 1px solid var(--line);
      }
      h2 {
        font-size: 1rem;
      }
      [role="group"] {
        display: flex;
        border: 1px solid var(--line-strong);
        border-radius: var(--radius-s);
        overflow: hidden;
      }
      header button {
        min-height: 2rem;
        border: 0;
        border-radius: 0;
      }
      header button[aria-pressed="true"] {
        background: var(--accent-soft);
        color: var(--accent);
        font-weight: 600;
      }
      header button:focus-visible {
        outline-offset: -3px;
      }
      .question {
        padding: 0.8rem 1.1rem 0;
        color: var(--ink-2);
      }
    `,
  ];

  constructor() {
    super();
    translated(this);
    route.watch(this);
  }

  render() {
    const view = route.value.parameters.view === "table" ? "table" : "text";
    const { question } = this.run.request;
    return html`
      <section class="card" aria-label=${t("answer.title")}>
        <header>
          <h2>${t("answer.title")}</h2>
          <div role="group" aria-label=${t("answer.view")}>
            ${["text", "table"].map(
              (name) => html`
                <button aria-pressed=${view === name} @click=${() => adjust({ view: name === "table" ? name : "" })}>
                  ${t(`answer.${name}`)}
                </button>
              `,
            )}
          </div>
        </header>
        ${question ? html`<p class="question"><b>${t("answer.question")}</b> ${question}</p>` : nothing}
        ${view === "table"
          ? html`<claims-table .run=${this.run} .selected=${this.selected} .filter=${this.filter}></claims-table>`
          : html`<answer-view .run=${this.run} .selected=${this.selected} .filter=${this.filter}></answer-view>`}
      </section>
    `;
  }
}
customElements.define("answer-panel", AnswerPanel);
