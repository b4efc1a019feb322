import { LitElement, css, html, nothing } from "../../vendor/lit.js";
import { knows, t, translated } from "../../lib/language.js";
import { config, role } from "../../lib/session.js";
import { shared } from "../../lib/styles.js";
import "./copy-id.js";
import "./token-form.js";

/** A call that failed: what, why, what to do. Sends `retry`. `problem`: a Problem. */
export class ProblemCard extends LitElement {
  static properties = { problem: { attribute: false } };

  static styles = [
    shared,
    css`
      section {
        display: grid;
        gap: 0.6rem;
        padding: 1.25rem;
        border-left: 5px solid var(--contradicted);
      }
      section.refused {
        border-left-color: var(--conflicting);
      }
      h2 {
        font-size: 1.05rem;
      }
      ul {
        margin: 0;
        padding-left: 1.25rem;
      }
      footer {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.75rem;
      }
    `,
  ];

  constructor() {
    super();
    translated(this);
  }

  render() {
    const { problem } = this;
    if (!problem) return nothing;
    if (problem.code === "PERMISSION_DENIED") return this.#refused(problem);
    const key = `problem.${problem.code}`;
    return html`
      <section class="card" role="alert">
        <h2>${knows(key) ? t(key) : t("problem.other")}</h2>
        ${problem.detail ? html`<p class="muted" lang="en">${problem.detail}</p>` : nothing}
        ${problem.violations?.length > 1
          ? html`<ul lang="en">
              ${problem.violations.map((one) => html`<li><code>${one.field}</code> ${one.description}</li>`)}
            </ul>`
          : nothing}
        ${problem.code === "UNAUTHENTICATED" ? this.#signIn() : nothing}
        <footer>${this.#retry()}${this.#trace(problem)}</footer>
      </section>
    `;
  }

  #refused(problem) {
    const scope = problem.requiredScope || "?";
    return html`
      <section class="card refused" role="alert">
        <h2>${t("problem.forbidden")}</h2>
        <p>${t("problem.scope")} <copy-id .value=${scope} .label=${t("problem.scopeName")}></copy-id></p>
        <p class="muted">
          ${config.value?.developmentSignIn
            ? t("problem.roleDevelopment", { role: t(`role.${role.value}`) })
            : t("problem.roleAsk")}
        </p>
        <footer>${this.#retry()}${this.#trace(problem)}</footer>
      </section>
    `;
  }

  #signIn() {
    return config.value?.developmentSignIn ? nothing : html`<token-form @done=${this.#again}></token-form>`;
  }

  #retry() {
    return html`<button @click=${this.#again}>${t("problem.retry")}</button>`;
  }

  #trace(problem) {
    if (!problem.traceId) return nothing;
    return html`<span class="small muted">
      ${t("problem.trace")} <copy-id .value=${problem.traceId} .label=${t("problem.trace")}></copy-id>
    </span>`;
  }

  #again() {
    this.dispatchEvent(new CustomEvent("retry"));
  }
}
customElements.define("problem-card", ProblemCard);
