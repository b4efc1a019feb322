import { LitElement, css, html } from "../../vendor/lit.js";
import { t, translated } from "../../lib/language.js";
import { dialogs, shared } from "../../lib/styles.js";

const KEYS = ["j", "k", "/", "o", "w", "1–6", "n", "?", "Esc"];

/** What the page is for, its shortcuts and its limits. */
export class HelpDialog extends LitElement {
  static styles = [
    shared,
    dialogs,
    css`
      dialog {
        width: min(40rem, calc(100vw - 2rem));
      }
      h2 {
        margin-bottom: 0.75rem;
      }
      dl {
        display: grid;
        grid-template-columns: max-content 1fr;
        gap: 0.5rem 1rem;
        margin: 1rem 0;
      }
      dd {
        margin: 0;
      }
      kbd {
        padding: 0.1rem 0.5rem;
        border: 1px solid var(--line-strong);
        border-bottom-width: 2px;
        border-radius: var(--radius-s);
        background: var(--surface-2);
        font-family: var(--mono);
      }
      footer {
        display: flex;
        justify-content: space-between;
        align-items: center;
        margin-top: 1rem;
      }
    `,
  ];

  constructor() {
    super();
    translated(this);
  }

  open() {
    const dialog = this.renderRoot.querySelector("dialog");
    if (!dialog.open) dialog.showModal();
  }

  render() {
    return html`
      <dialog aria-labelledby="title" closedby="any">
        <h2 id="title">${t("help.title")}</h2>
        <p>${t("help.about")}</p>
        <dl>
          ${KEYS.map((key) => html`<dt><kbd>${key}</kbd></dt><dd>${t(`help.key.${key}`)}</dd>`)}
        </dl>
        <p class="muted small">${t("note.purpose")}</p>
        <footer>
          <a href="/docs">${t("help.api")}</a>
          <button class="primary" @click=${() => this.renderRoot.querySelector("dialog").close()}>${t("common.close")}</button>
        </footer>
      </dialog>
    `;
  }
}
customElements.define("help-dialog", HelpDialog);
