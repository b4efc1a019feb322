import { LitElement, css, html } from "../../vendor/lit.js";
import { t, translated } from "../../lib/language.js";
import { usePastedToken } from "../../lib/session.js";
import { shared } from "../../lib/styles.js";

/** Takes a token that the hospital's identity provider gave; it is kept until the page is closed. Sends `done`. */
export class TokenForm extends LitElement {
  static styles = [
    shared,
    css`
      form {
        display: flex;
        align-items: end;
        gap: 0.5rem;
      }
      label {
        flex: 1;
      }
    `,
  ];

  constructor() {
    super();
    translated(this);
  }

  render() {
    return html`
      <form @submit=${this.#use}>
        <label>${t("token.label")}<input type="password" name="token" autocomplete="off" required spellcheck="false" /></label>
        <button class="primary">${t("token.use")}</button>
      </form>
    `;
  }

  #use(event) {
    event.preventDefault();
    usePastedToken(new FormData(event.target).get("token"));
    this.dispatchEvent(new CustomEvent("done"));
  }
}
customElements.define("token-form", TokenForm);
