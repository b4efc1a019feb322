import { LitElement, css, html } from "../../vendor/lit.js";
import { t, translated } from "../../lib/language.js";
import { route } from "../../lib/route.js";
import { shared } from "../../lib/styles.js";
import { PAGES, pageOf } from "../../pages.js";
import "./health-dots.js";
import "./language-switch.js";
import "./role-switch.js";
import "./theme-switch.js";

/** Name, navigation and switches. Sends `help` when the help is wanted. */
export class AppHeader extends LitElement {
  static styles = [
    shared,
    css`
      :host {
        border-bottom: 1px solid var(--line);
        background: var(--surface);
      }
      header {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.4rem 1.25rem;
        max-width: 96rem;
        margin: 0 auto;
        padding: 0.6rem clamp(0.75rem, 2.5vw, 2rem);
      }
      .brand {
        display: flex;
        align-items: center;
        gap: 0.6rem;
        color: var(--ink);
        font-weight: 700;
        font-size: 1.1rem;
        text-decoration: none;
        letter-spacing: 0.01em;
      }
      .brand img {
        width: 1.9rem;
        height: 1.9rem;
      }
      nav {
        display: flex;
        gap: 0.25rem;
      }
      nav a {
        padding: 0.35rem 0.8rem;
        border-radius: var(--radius-s);
        color: var(--ink-2);
        text-decoration: none;
      }
      nav a[aria-current="page"] {
        background: var(--accent-soft);
        color: var(--accent);
        font-weight: 600;
      }
      .switches {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.4rem 0.75rem;
        margin-left: auto;
      }
      .help {
        width: 2.25rem;
        padding: 0;
        border-radius: 50%;
        font-weight: 700;
      }
    `,
  ];

  constructor() {
    super();
    translated(this);
    route.watch(this);
  }

  render() {
    const current = pageOf(route.value.page);
    return html`
      <header>
        <a class="brand" href="#/check"><img src="icon.svg" alt="" />${t("shell.name")}</a>
        <nav aria-label=${t("shell.navigation")}>
          ${PAGES.map(
            (page) => html`<a href="#/${page.id}" aria-current=${page === current ? "page" : "false"}>${t(page.label)}</a>`,
          )}
        </nav>
        <div class="switches">
          <health-dots></health-dots>
          <role-switch></role-switch>
          <language-switch></language-switch>
          <theme-switch></theme-switch>
          <button class="help" aria-label=${t("help.title")} title=${t("help.title")} @click=${this.#help}>?</button>
        </div>
      </header>
    `;
  }

  #help() {
    this.dispatchEvent(new CustomEvent("help"));
  }
}
customElements.define("app-header", AppHeader);
