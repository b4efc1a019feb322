import { LitElement, css, html } from "../../vendor/lit.js";
import { t, translated } from "../../lib/language.js";
import { shared } from "../../lib/styles.js";

const SHOWN_MS = 1500;

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
      }
      span.value {
        overflow-wrap: anywhere;
      }
      .mark {
        flex: none;
        color: var(--accent);
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
        <span class="mark" aria-hidden="true">${this.isCopied ? "✓" : "⧉"}</span>
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
