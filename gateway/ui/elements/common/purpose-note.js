import { LitElement, css, html } from "../../vendor/lit.js";
import { t, translated } from "../../lib/language.js";
import { shared } from "../../lib/styles.js";

/** What the page is for, and what its judge cannot do. */
export class PurposeNote extends LitElement {
  static styles = [
    shared,
    css`
      footer {
        padding: 0.9rem 1.1rem;
        border-top: 1px solid var(--line);
        color: var(--ink-2);
        font-size: 0.875rem;
      }
    `,
  ];

  constructor() {
    super();
    translated(this);
  }

  render() {
    return html`
      <footer>
        <p>${t("note.purpose")}</p>
        <p>${t("note.rules")}</p>
        <p class="measured">${t("note.limits")}</p>
      </footer>
    `;
  }
}
customElements.define("purpose-note", PurposeNote);
