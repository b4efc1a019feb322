import { LitElement, Task, TaskStatus, css, html, nothing } from "../../vendor/lit.js";
import { call, stream } from "../../lib/api.js";
import { announcement } from "../../lib/announcement.js";
import { loadCalibration } from "../../lib/calibration.js";
import { advance, begin, visible, worst } from "../../lib/check-run.js";
import { t, translated } from "../../lib/language.js";
import { isAbort } from "../../lib/problem.js";
import { adjust, route } from "../../lib/route.js";
import { identity } from "../../lib/session.js";
import { shortcuts } from "../../lib/shortcuts.js";
import { shared } from "../../lib/styles.js";
import "../common/problem-card.js";
import "../common/purpose-note.js";
import "./answer-panel.js";
import "./check-form.js";
import "./demo-loader.js";
import "./document-dialog.js";
import "./evidence-panel.js";
import "./print-report.js";
import "./run-bar.js";

/** Check: an answer goes in, its claims come back marked, with the evidence of the selected one beside them. */
export class CheckPage extends LitElement {
  static properties = { run: { state: true }, isEditing: { state: true } };

  static styles = [
    shared,
    css`
      :host {
        display: grid;
        gap: 1rem;
      }
      .columns {
        display: grid;
        grid-template-columns: minmax(0, 1.15fr) minmax(0, 1fr);
        gap: 1rem;
        align-items: start;
      }
      .beside {
        position: sticky;
        top: 1rem;
        max-height: calc(100dvh - 2rem);
        overflow: auto;
        border-radius: var(--radius);
      }
      @media print {
        :host([printable]) > :not(print-report) { display: none !important; }
      }
      @media (max-width: 60rem) {
        .columns {
          grid-template-columns: minmax(0, 1fr);
        }
        .beside {
          top: auto;
          bottom: 0;
          max-height: 45dvh;
          box-shadow: var(--shadow-2);
        }
      }
    `,
  ];

  #corpora = new Task(this, {
    task: async ([], { signal }) => (await call("/v1/corpora?pageSize=1000", { signal })).corpora,
    args: () => [identity.value],
  });
  #check = new Task(this, {
    task: async ([request], { signal }) => {
      const body = { ...request, offsetUnit: "OFFSET_UNIT_UTF16" };
      for await (const message of stream("/v1/checkAnswer", { body, signal })) {
        signal.throwIfAborted();
        this.run = advance(this.run, message);
      }
    },
    args: () => [this.run?.request],
    autoRun: false,
  });

  #calibration = new Task(this, {
    task: ([corpus], { signal }) => (corpus === undefined ? null : loadCalibration(corpus, signal)),
    args: () => [this.run?.request.corpus, identity.value],
  });

  constructor() {
    super();
    this.run = null;
    this.isEditing = true;
    translated(this);
    route.watch(this);
    identity.watch(this);
    shortcuts(this, {
      j: () => this.#step(1),
      k: () => this.#step(-1),
      o: () => this.renderRoot.querySelector("evidence-panel")?.openFirstDocument(),
      w: () => this.renderRoot.querySelector("evidence-panel")?.toggleWhy(),
      "/": () => this.renderRoot.querySelector(this.isEditing ? "check-form" : "run-bar")?.focusFirst(),
      Escape: () => this.#isRunning && this.#cancel(),
    });
  }

  updated() {
    this.toggleAttribute("printable", !this.isEditing);
  }

  get #isRunning() {
    return this.#check.status === TaskStatus.PENDING;
  }
  get #filter() {
    return new Set((route.value.parameters.verdicts ?? "").split(",").filter(Boolean));
  }

  get #selected() {
    const { claim } = route.value.parameters;
    return this.run?.claims?.find((one) => String(one.index) === claim) ?? null;
  }

  render() {
    return html`
      ${this.#corpora.render({
        pending: () => html`<span class="card bone" role="status" aria-label=${t("common.loading")}></span>`,
        error: (problem) => html`<problem-card .problem=${problem} @retry=${() => this.#corpora.run()}></problem-card>`,
        complete: (corpora) => this.#page(corpora),
      })}
      <document-dialog></document-dialog>
      <purpose-note></purpose-note>
      ${this.isEditing ? nothing : html`<print-report .run=${this.run}></print-report>`}
    `;
  }

  #page(corpora) {
    const usable = corpora.filter((corpus) => corpus.currentVersion);
    return html`
      ${usable.length || !this.isEditing ? nothing : html`<demo-loader @loaded=${() => this.#corpora.run()}></demo-loader>`}
      <check-form ?hidden=${!this.isEditing} .corpora=${usable} @check=${(event) => this.#start(event.detail)}></check-form>
      ${this.isEditing ? nothing : this.#result()}
      <p class="unseen" role="status">${this.isEditing ? "" : announcement(this.run)}</p>
    `;
  }

  #result() {
    const { error } = this.#check;
    const claim = this.#selected ?? worst(this.run);
    return html`
      <run-bar
        .run=${this.run}
        .filter=${this.#filter}
        .isRunning=${this.#isRunning}
        .isCancelled=${isAbort(error)}
        @edit=${this.#edit}
        @cancel=${this.#cancel}
        @filter=${(event) => adjust({ verdicts: [...event.detail].join(",") })}
      ></run-bar>
      ${error && !isAbort(error) ? html`<problem-card .problem=${error} @retry=${() => this.#start(this.run.request)}></problem-card>` : nothing}
      <div class="columns">
        <answer-panel
          .run=${this.run}
          .selected=${claim}
          .filter=${this.#filter}
          .isRunning=${this.#isRunning}
          @select=${(event) => adjust({ claim: String(event.detail) })}
        ></answer-panel>
        <evidence-panel
          class="beside"
          .run=${this.run}
          .claim=${claim}
          .isRunning=${this.#isRunning}
          .calibration=${this.#calibration.value ?? null}
          @open-document=${(event) => this.renderRoot.querySelector("document-dialog").open(event.detail)}
        ></evidence-panel>
      </div>
    `;
  }

  #start(request) {
    this.run = begin(request);
    this.isEditing = false;
    adjust({ claim: "", verdicts: "", corpus: request.corpus.replace("corpora/", "") });
    this.#check.run();
  }

  #cancel() {
    this.#check.abort();
  }

  #edit() {
    this.#cancel();
    this.isEditing = true;
    this.updateComplete.then(() => this.renderRoot.querySelector("check-form").focusFirst());
  }

  #step(by) {
    const claims = this.run ? visible(this.run, this.#filter) : [];
    if (this.isEditing || !claims.length) return;
    const current = this.#selected ?? worst(this.run);
    const at = claims.findIndex((claim) => claim.index === current?.index);
    const next = at < 0 ? 0 : Math.min(Math.max(at + by, 0), claims.length - 1);
    adjust({ claim: String(claims[next].index) });
  }
}
customElements.define("check-page", CheckPage);
