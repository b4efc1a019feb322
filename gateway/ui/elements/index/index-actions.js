import { LitElement, Task, TaskStatus, css, html, nothing } from "../../vendor/lit.js";
import { call } from "../../lib/api.js";
import { t, translated } from "../../lib/language.js";
import { config, identity, may } from "../../lib/session.js";
import { shared } from "../../lib/styles.js";
import "../common/confirm-dialog.js";
import "../common/problem-card.js";

const SCOPE = "ann.write";

/** Build and Hold, each after a question. Sends `changed` once the service has the wish on disk. index: an Index. */
export class IndexActions extends LitElement {
  static properties = { index: { attribute: false } };

  static styles = [
    shared,
    css`
      .line {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.6rem;
      }
      problem-card {
        margin-top: 0.75rem;
      }
    `,
  ];

  #send = new Task(this, {
    task: async ([name, verb], { signal }) => {
      await call(`/v1/${name}:${verb}`, { body: {}, signal });
      this.dispatchEvent(new CustomEvent("changed"));
    },
    autoRun: false,
  });
  #last = [];

  constructor() {
    super();
    translated(this);
    config.watch(this);
    identity.watch(this);
  }

  render() {
    const isSending = this.#send.status === TaskStatus.PENDING;
    const isRefused = !may(SCOPE);
    const isDisabled = isSending || isRefused;
    return html`
      <div class="line">
        <button class="build primary" ?disabled=${isDisabled} @click=${() => this.#ask("build")}>${t("index.build")}</button>
        <button
          class="hold"
          ?disabled=${isDisabled || this.index.state === "INDEX_STATE_HELD"}
          @click=${() => this.#ask("cancelBuild")}
        >
          ${t("index.hold")}
        </button>
        ${isRefused ? html`<span class="muted small">${t("index.needsScope", { scope: SCOPE })}</span>` : nothing}
      </div>
      ${this.#send.status === TaskStatus.ERROR
        ? html`<problem-card .problem=${this.#send.error} @retry=${() => this.#send.run(this.#last)}></problem-card>`
        : nothing}
      <confirm-dialog></confirm-dialog>
    `;
  }

  async #ask(verb) {
    this.#last = [this.index.name, verb];
    const words = { title: t(`index.ask.${verb}`), text: t(`index.ask.${verb}.text`), action: t(`index.ask.${verb}.action`) };
    if (await this.renderRoot.querySelector("confirm-dialog").ask(words)) this.#send.run(this.#last);
  }
}
customElements.define("index-actions", IndexActions);
