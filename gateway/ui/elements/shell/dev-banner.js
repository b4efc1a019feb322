import { LitElement, css, html, nothing } from "../../vendor/lit.js";
import { t, translated } from "../../lib/language.js";
import { config } from "../../lib/session.js";
import { shared } from "../../lib/styles.js";

/** Says that anybody on this machine may be anyone. */
export class DevBanner extends LitElement {
  static styles = [
    shared,
    css`
      p {
        padding: 0.3rem clamp(0.75rem, 2.5vw, 2rem);
        background: var(--warn-soft);
        color: var(--warn);
        font-size: 0.875rem;
        text-align: center;
      }
    `,
  ];

  constructor() {
    super();
    translated(this);
    config.watch(this);
  }

  render() {
    return config.value?.developmentSignIn ? html`<p role="note">⚠ ${t("shell.development")}</p>` : nothing;
  }
}
customElements.define("dev-banner", DevBanner);
