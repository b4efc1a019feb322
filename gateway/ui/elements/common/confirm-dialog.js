import { LitElement, css, html } from "../../vendor/lit.js";
import { t, translated } from "../../lib/language.js";
import { dialogs, shared } from "../../lib/styles.js";

/** Asks before something that takes long or throws work away. */
export class ConfirmDialog extends LitElement {
  static properties = { question: { state: true } };

  static styles = [
    shared,
    dialogs,
    css`
      dialog {
        width: min(30rem, calc(100vw - 2rem));
      }
      h2 {
        margin-bottom: 0.6rem;
        font-size: 1.1rem;
      }
      footer {
        display: flex;
        justify-content: flex-end;
        gap: 0.6rem;
        margin-top: 1.25rem;
      }
    `,
  ];

  #answer = () => {};

  constructor() {
    super();
    this.question = { title: "", text: "", action: "" };
    translated(this);
  }

  /** Whether the person chose `action`; closing the dialog any other way means no. */
  async ask(question) {
    this.question = question;
    await this.updateComplete;
    const dialog = this.renderRoot.querySelector("dialog");
    dialog.returnValue = "";
    dialog.showModal();
    return new Promise((resolve) => {
      this.#answer = resolve;
    });
  }

  render() {
    const { title, text, action } = this.question;
    return html`
      <dialog aria-labelledby="title" aria-describedby="text" closedby="any" @close=${this.#closed}>
        <h2 id="title">${title}</h2>
        <p id="text">${text}</p>
        <footer>
          <button class="no" autofocus @click=${() => this.#close("")}>${t("common.cancel")}</button>
          <button class="primary" @click=${() => this.#close("yes")}>${action}</button>
        </footer>
      </dialog>
    `;
  }

  #close(value) {
    this.renderRoot.querySelector("dialog").close(value);
  }

  #closed(event) {
    this.#answer(event.target.returnValue === "yes");
  }
}
customElements.define("confirm-dialog", ConfirmDialog);
