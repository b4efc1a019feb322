import { LitElement, css, html } from "../../vendor/lit.js";
import { duration, t, translated } from "../../lib/language.js";
import { shared } from "../../lib/styles.js";

/** Why the last build failed. reason: the service's words. retrySeconds: until it is tried again; 0 if it is not. */
export class BuildFailure extends LitElement {
  static properties = { reason: {}, retrySeconds: { attribute: false } };

  static styles = [
    shared,
    css`
      p {
        padding: 0.5rem 0.75rem;
        border-radius: var(--radius-s);
        background: var(--contradicted-soft);
        color: var(--contradicted);
      }
    `,
  ];

  constructor() {
    super();
    this.retrySeconds = 0;
    translated(this);
  }

  render() {
    const again = this.retrySeconds ? t("index.retry", { time: duration(this.retrySeconds) }) : "";
    return html`<p role="alert">${t("index.failure")} <span lang="en">${this.reason}</span> ${again}</p>`;
  }
}
customElements.define("build-failure", BuildFailure);
