import { LitElement, Task, TaskStatus, css, html, nothing } from "../../vendor/lit.js";
import { loadDemo } from "../../lib/demo.js";
import { number, t, translated } from "../../lib/language.js";
import { config } from "../../lib/session.js";
import { shared } from "../../lib/styles.js";
import "../common/copy-id.js";
import "../common/problem-card.js";

const COMMAND = "cat demo/corpus/*.jsonl | monshin factcheck import demo -";

/** The empty state: no corpus can be checked against yet. One button changes that. Sends `loaded`. */
export class DemoLoader extends LitElement {
  static properties = { progress: { state: true } };

  static styles = [
    shared,
    css`
      section {
        display: grid;
        justify-items: center;
        gap: 1rem;
        padding: clamp(2rem, 8vw, 5rem) 1.25rem;
        text-align: center;
      }
      h1 {
        font-size: 1.3rem;
      }
      .lead {
        max-width: 40rem;
      }
      progress {
        width: min(24rem, 100%);
        height: 0.6rem;
        accent-color: var(--accent);
      }
      .primary {
        min-height: 2.75rem;
        padding-inline: 1.75rem;
      }
      problem-card {
        justify-self: stretch;
        text-align: left;
      }
    `,
  ];

  #load = new Task(this, {
    task: async ([], { signal }) => {
      for await (const progress of loadDemo(signal)) this.progress = progress;
      this.dispatchEvent(new CustomEvent("loaded"));
    },
    args: () => [],
    autoRun: false,
  });

  constructor() {
    super();
    this.progress = { step: "create", done: 0, total: 0 };
    translated(this);
    config.watch(this);
  }

  render() {
    const isLoading = this.#load.status === TaskStatus.PENDING;
    return html`
      <section class="card">
        <h1>${t("empty.title")}</h1>
        <p class="lead muted">${t("empty.lead")}</p>
        ${config.value?.demoCorpus
          ? html`<button class="primary" ?disabled=${isLoading} @click=${() => this.#load.run()}>${t("empty.load")}</button>`
          : nothing}
        ${isLoading ? this.#progress() : nothing}
        ${this.#load.status === TaskStatus.ERROR
          ? html`<problem-card .problem=${this.#load.error} @retry=${() => this.#load.run()}></problem-card>`
          : nothing}
        <p class="small muted">${t("empty.command")}</p>
        <copy-id .value=${COMMAND} .label=${t("empty.commandName")}></copy-id>
      </section>
    `;
  }

  #progress() {
    const { step, done, total } = this.progress;
    return html`
      <progress max=${total || 1} value=${total ? done : nothing}></progress>
      <p role="status">${t(`empty.step.${step}`, { done: number(done), total: number(total) })}</p>
    `;
  }
}
customElements.define("demo-loader", DemoLoader);
