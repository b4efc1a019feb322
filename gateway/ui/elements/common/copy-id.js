import { LitElement, css, html, svg } from "../../vendor/lit.js";
import { t, translated } from "../../lib/language.js";
import { shared } from "../../lib/styles.js";

const SHOWN_MS = 1500;
const SHEETS = svg`<path d="M5 1.5h7a1.5 1.5 0 0 1 1.5 1.5v8M2.5 5h7A1.5 1.5 0 0 1 11 6.5v7A1.5 1.5 0 0 1 9.5 15h-7A1.5 1.5 0 0 1 1 13.5v-7A1.5 1.5 0 0 1 2.5 5z" />`;
const TICK = svg`<path d="M2 9l4 4 8-10" />`;

/** An id, or a command, that a click copies. `value`: what is shown and copied. `label`: what it is, for the title. */
export class CopyId extends LitElement {
  static properties = { value: {}, label: {}, isCopied: { state: true } };

  static styles = [
    shared,
    css`
      :host {
        display: inline-block;
        max-width: 100%;
      }
      button {
        max-width: 100%;
        min-height: 0;
        padding: 0.05rem 0.4rem;
        border-color: var(--line);
        background: var(--surface-2);
        color: var(--ink-2);
        font: 0.8125rem/1.6 var(--mono);
        text-align: left;
        white-space: normal;
      }
      span.value {
        overflow-wrap: anywhere;
      }
      svg {
        flex: none;
        width: 0.85rem;
        height: 0.95rem;
        fill: none;
        stroke: var(--accent);
        stroke-width: 1.6;
        stroke-linecap: round;
      }
    `,
  ];

  constructor() {
    super();
    this.value = "";
    this.label = "";
    this.isCopied = false;
    translated(this);
  }

  render() {
    const action = t("common.copy", { what: this.label || this.value });
    return html`
      <button title=${action} aria-label="${action}: ${this.value}" @click=${this.#copy}>
        <span class="value">${this.value}</span>
        <svg viewBox="0 0 15 16" aria-hidden="true">${this.isCopied ? TICK : SHEETS}</svg>
      </button>
      <span class="unseen" role="status">${this.isCopied ? t("common.copied") : ""}</span>
    `;
  }

  async #copy() {
    await navigator.clipboard.writeText(this.value);
    this.isCopied = true;
    setTimeout(() => {
      this.isCopied = false;
    }, SHOWN_MS);
  }
}
customElements.define("copy-id", CopyId);
