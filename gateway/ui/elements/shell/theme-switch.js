import { LitElement, css, html } from "../../vendor/lit.js";
import { t, translated } from "../../lib/language.js";
import { shared } from "../../lib/styles.js";
import { THEMES, theme } from "../../lib/theme.js";

/** System, light or dark. */
export class ThemeSwitch extends LitElement {
  static styles = [
    shared,
    css`
      select {
        width: auto;
        min-height: 2.25rem;
        padding: 0.2rem 0.4rem;
      }
    `,
  ];

  constructor() {
    super();
    translated(this);
    theme.watch(this);
  }

  render() {
    return html`
      <select aria-label=${t("shell.theme")} @change=${(event) => theme.set(event.target.value)}>
        ${THEMES.map((name) => html`<option value=${name} ?selected=${theme.value === name}>${t(`theme.${name}`)}</option>`)}
      </select>
    `;
  }
}
customElements.define("theme-switch", ThemeSwitch);
