import { LitElement, css, html } from "../../vendor/lit.js";
import { t, translated } from "../../lib/language.js";
import { config, role } from "../../lib/session.js";
import { shared } from "../../lib/styles.js";

/** Whom one is in the development sign-in; absent where people sign in for real. */
export class RoleSwitch extends LitElement {
  static styles = [
    shared,
    css`
      label {
        display: flex;
        align-items: center;
        gap: 0.4rem;
        color: var(--ink-2);
        white-space: nowrap;
      }
      select {
        width: auto;
        min-height: 2.25rem;
        padding: 0.2rem 0.4rem;
        color: var(--ink);
      }
    `,
  ];

  constructor() {
    super();
    translated(this);
    config.watch(this);
    role.watch(this);
  }

  render() {
    const roles = config.value?.roles ?? [];
    this.hidden = roles.length === 0;
    return html`
      <label>
        ${t("shell.role")}
        <select @change=${(event) => role.set(event.target.value)}>
          ${roles.map((name) => html`<option value=${name} ?selected=${role.value === name}>${t(`role.${name}`)}</option>`)}
        </select>
      </label>
    `;
  }
}
customElements.define("role-switch", RoleSwitch);
