import { LitElement, Task, css, html } from "../../vendor/lit.js";
import { t, translated } from "../../lib/language.js";
import { route } from "../../lib/route.js";
import { loadConfig } from "../../lib/session.js";
import { shortcuts } from "../../lib/shortcuts.js";
import { shared } from "../../lib/styles.js";
import { pageOf } from "../../pages.js";
import "../common/problem-card.js";
import "./app-header.js";
import "./dev-banner.js";
import "./help-dialog.js";

/** The frame of every page: asks the gateway what it offers, then shows the page that the URL names. */
export class MonshinApp extends LitElement {
  static styles = [
    shared,
    css`
      main {
        max-width: 96rem;
        margin: 0 auto;
        padding: 1.25rem clamp(0.75rem, 2.5vw, 2rem) 3rem;
      }
      .skip {
        position: absolute;
        left: -100vw;
        padding: 0.5rem 1rem;
        background: var(--surface);
        z-index: 2;
      }
      .skip:focus {
        left: 0.5rem;
        top: 0.5rem;
      }
      .bone {
        height: 14rem;
      }
      @media print {
        app-header,
        dev-banner,
        help-dialog,
        .skip {
          display: none;
        }
        main {
          max-width: none;
          padding: 0;
        }
      }
    `,
  ];

  #config = new Task(this, { task: ([], { signal }) => loadConfig(signal), args: () => [] });
  #page = new Task(this, {
    task: async ([id]) => {
      const page = pageOf(id);
      await page.load();
      return page;
    },
    args: () => [route.value.page],
  });

  constructor() {
    super();
    translated(this);
    route.watch(this);
    shortcuts(this, { "?": () => this.renderRoot.querySelector("help-dialog").open() });
  }

  render() {
    document.title = `${t(pageOf(route.value.page).label)} · Monshin`;
    return html`
      <a class="skip" href="#main" @click=${this.#skip}>${t("shell.skip")}</a>
      <app-header @help=${() => this.renderRoot.querySelector("help-dialog").open()}></app-header>
      <dev-banner></dev-banner>
      <main id="main" tabindex="-1">${this.#content()}</main>
      <help-dialog></help-dialog>
    `;
  }

  #content() {
    const skeleton = () => html`<span class="bone" role="status" aria-label=${t("common.loading")}></span>`;
    const broken = (problem) => html`<problem-card .problem=${problem} @retry=${() => this.#config.run()}></problem-card>`;
    return this.#config.render({
      pending: skeleton,
      error: broken,
      complete: () => this.#page.render({ pending: skeleton, error: broken, complete: (page) => page.render() }),
    });
  }

  #skip(event) {
    event.preventDefault(); // the part behind # is the page's own
    this.renderRoot.querySelector("main").focus();
  }
}
customElements.define("monshin-app", MonshinApp);
