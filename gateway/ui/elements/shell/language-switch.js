import { LitElement, css, html } from "../../vendor/lit.js";
import { language, t, translated } from "../../lib/language.js";
import { shared } from "../../lib/styles.js";

const NAMES = { ja: "日本語", en: "English" };

/** Two buttons that name themselves in their own language. */
export class LanguageSwitch extends LitElement {
  static styles = [
    shared,
    css`
      [role="group"] {
        display: flex;
        border: 1px solid var(--line-strong);
        border-radius: var(--radius-s);
        overflow: hidden;
      }
      button {
        border: 0;
        border-radius: 0;
        padding: 0.25rem 0.7rem;
        color: var(--ink-2);
      }
      button[aria-pressed="true"] {
        background: var(--accent-soft);
        color: var(--accent);
        font-weight: 600;
      }
      button:focus-visible {
        outline-offset: -3px;
      }
    `,
  ];

  constructor() {
    super();
    translated(this);
  }

  render() {
    return html`
      <div role="group" aria-label=${t("shell.language")}>
        ${Object.entries(NAMES).map(
          ([code, name]) => html`
            <button lang=${code} aria-pressed=${language.value === code} @click=${() => language.set(code)}>${name}</button>
          `,
        )}
      </div>
    `;
  }
}
customElements.define("language-switch", LanguageSwitch);
