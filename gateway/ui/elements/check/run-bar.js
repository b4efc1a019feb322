import { LitElement, css, html, nothing } from "../../vendor/lit.js";
import { judges, tally } from "../../lib/check-run.js";
import { number, t, translated } from "../../lib/language.js";
import { shared, tones } from "../../lib/styles.js";
import { ORDER, VERDICTS, short } from "../../lib/verdicts.js";
import "../common/copy-id.js";
import "../common/verdict-badge.js";

/** Counts by verdict, which filter the claims, and the facts of the run. Sends `filter`, `edit`, `cancel`. */
export class RunBar extends LitElement {
  static properties = {
    run: { attribute: false },
    filter: { attribute: false },
    isRunning: { attribute: false },
    isCancelled: { attribute: false },
  };

  static styles = [
    shared,
    tones,
    css`
      section {
        display: grid;
        gap: 0.7rem;
        padding: 0.9rem 1.1rem;
      }
      .line {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.5rem;
      }
      .chip {
        border-color: var(--tone);
        color: var(--tone);
        border-radius: 999px;
        background: var(--surface);
      }
      .chip[aria-pressed="true"] {
        background: var(--tone-soft);
        box-shadow: inset 0 0 0 1px var(--tone);
      }
      .chip[data-empty] {
        border-color: var(--line);
        color: var(--ink-2);
      }
      .chip b {
        font-size: 1.1rem;
        font-variant-numeric: tabular-nums;
      }
      .actions {
        display: flex;
        gap: 0.5rem;
        margin-left: auto;
      }
      .facts {
        gap: 0.3rem 1.25rem;
        color: var(--ink-2);
        font-size: 0.875rem;
      }
      progress {
        width: 10rem;
        height: 0.5rem;
        accent-color: var(--accent);
      }
      .warning {
        padding: 0.5rem 0.75rem;
        border-radius: var(--radius-s);
        background: var(--warn-soft);
        color: var(--warn);
      }
      .warning ul {
        margin: 0.25rem 0 0;
        padding-left: 1.25rem;
      }
    `,
  ];

  constructor() {
    super();
    this.filter = new Set();
    translated(this);
  }

  focusFirst() {
    this.renderRoot.querySelector(".chip").focus();
  }

  render() {
    const { counts } = tally(this.run);
    return html`
      <section class="card" aria-label=${t("run.title")}>
        <div class="line">
          <div class="line" role="group" aria-label=${t("run.filter")}>
            ${ORDER.map((verdict) => this.#chip(verdict, counts.get(verdict)))}
          </div>
          <div class="actions">
            ${this.isRunning
              ? html`<button class="cancel" @click=${() => this.#send("cancel")}>${t("run.cancel")}</button>`
              : html`<button class="print" @click=${() => window.print()}>${t("run.print")}</button
                  ><button class="edit" @click=${() => this.#send("edit")}>${t("run.edit")}</button>`}
          </div>
        </div>
        <div class="line facts">${this.#facts()}</div>
        ${this.#notRun()}
      </section>
    `;
  }

  #chip(verdict, count) {
    const { icon, tone } = VERDICTS[verdict];
    return html`
      <button
        class="chip"
        data-tone=${tone}
        data-verdict=${verdict}
        ?data-empty=${count === 0}
        aria-pressed=${this.filter.has(verdict)}
        @click=${() => this.#toggle(verdict)}
      >
        <span aria-hidden="true">${icon}</span>${t(`verdict.${verdict}`)} <b>${number(count)}</b>
      </button>
    `;
  }

  #facts() {
    const { run } = this;
    const { waiting } = tally(run);
    const total = run.claims?.length ?? 0;
    const seconds = run.summary ? number(run.summary.elapsedMs / 1000, { maximumFractionDigits: 1 }) : "";
    return html`
      ${this.isRunning
        ? html`<span><progress max=${total || 1} value=${total - waiting}></progress> ${this.#state(total, waiting)}</span>`
        : html`<span>${this.isCancelled ? t("run.cancelled") : t("run.total", { count: total })}</span>`}
      ${run.summary
        ? html`<span class="worst">${t("run.worst")} <verdict-badge verdict=${short(run.summary.worst, "VERDICT")}></verdict-badge></span>`
        : nothing}
      ${run.version
        ? html`<span>${t("run.version")} <copy-id .value=${run.version} .label=${t("run.version")}></copy-id></span>`
        : nothing}
      ${run.summary ? html`<span>${t("run.time", { seconds })}</span>` : nothing}
      ${run.summary?.result ? this.#result(run) : nothing}
      ${judges(run).length ? html`<span>${t("run.judges")} ${judges(run).join(", ")}</span>` : nothing}
    `;
  }

  #result({ request, summary }) {
    const id = summary.result.replace("results/", "");
    // Texts that were too large are not kept, and without them there is nothing to review.
    const hasTexts = request.store && !(summary.notRun ?? []).some((one) => one.component === "result_store");
    return html`<span>
      ${t("run.result")}
      ${hasTexts ? html`<a class="review" href="#/review?result=${id}">${id}</a>` : html`<copy-id .value=${summary.result} .label=${t("run.result")}></copy-id>`}
    </span>`;
  }

  #state(total, waiting) {
    return this.run.claims ? t("run.progress", { done: total - waiting, total }) : t("run.splitting");
  }

  #notRun() {
    const left = this.run.summary?.notRun ?? [];
    if (!left.length) return nothing;
    return html`
      <div class="warning" role="note">
        ⚠ ${t("run.notRun")}
        <ul>
          ${left.map((one) => html`<li><code>${one.component}</code> — ${one.reason}</li>`)}
        </ul>
      </div>
    `;
  }

  #toggle(verdict) {
    const filter = new Set(this.filter);
    if (!filter.delete(verdict)) filter.add(verdict);
    this.#send("filter", filter);
  }

  #send(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}
customElements.define("run-bar", RunBar);
