import { LitElement, Task, TaskStatus, css, html, nothing } from "../../vendor/lit.js";
import { number, t, translated } from "../../lib/language.js";
import { measure } from "../../lib/measuring.js";
import { isAbort } from "../../lib/problem.js";
import { shared, tables } from "../../lib/styles.js";
import "../common/line-chart.js";
import "../common/problem-card.js";

/** recall@10 against the time of a search, measured from here at the press of a button. */
export class RecallTime extends LitElement {
  static properties = { collection: { attribute: false }, progress: { state: true } };

  static styles = [
    shared,
    tables,
    css`
      :host {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 0.6rem;
      }
      .line {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.75rem;
      }
      progress {
        flex: 1;
        min-width: 8rem;
        height: 0.6rem;
        accent-color: var(--accent);
      }
    `,
  ];

  #measure = new Task(this, {
    task: async ([collection], { signal }) => {
      for await (const progress of measure(collection, signal)) {
        signal.throwIfAborted();
        this.progress = progress;
      }
    },
    args: () => [this.collection],
    autoRun: false,
  });

  constructor() {
    super();
    this.progress = null;
    translated(this);
  }

  disconnectedCallback() {
    this.#measure.abort();
    super.disconnectedCallback();
  }

  willUpdate(changed) {
    const before = changed.get("collection");
    if (before && before.name !== this.collection.name) {
      this.#measure.abort();
      this.progress = null;
    }
  }

  render() {
    const isMeasuring = this.#measure.status === TaskStatus.PENDING;
    const { error } = this.#measure;
    const hasTooFew = Number(this.collection.stats.points) < 2;
    return html`
      <p class="muted small">${t("measure.lead")}</p>
      <div class="line">
        <button class="measure" ?disabled=${isMeasuring || hasTooFew} @click=${this.#start}>${t("measure.start")}</button>
        ${isMeasuring ? this.#bar() : nothing}
        ${hasTooFew ? html`<span class="muted small">${t("measure.tooFew")}</span>` : nothing}
      </div>
      <p class="unseen" role="status">${this.progress?.result ? t("measure.done") : ""}</p>
      ${error && !isMeasuring && !isAbort(error)
        ? html`<problem-card .problem=${error} @retry=${this.#start}></problem-card>`
        : nothing}
      ${this.progress?.result ? this.#result(this.progress.result) : nothing}
    `;
  }

  #start() {
    this.progress = null;
    this.#measure.run();
  }

  #bar() {
    const { done, total } = this.progress ?? { done: 0, total: 1 };
    return html`
      <progress max=${total} value=${done} aria-label=${t("measure.title")}></progress>
      <button class="cancel" @click=${() => this.#measure.abort()}>${t("common.cancel")}</button>
    `;
  }

  #result({ queries, steps }) {
    const points = steps.map(({ effort, ms, recall }) => ({ x: ms, y: recall, label: effort.ef ? String(effort.ef) : "" }));
    return html`
      <line-chart
        .series=${lines(points, steps)}
        label=${t("measure.title")}
        x-label=${t("measure.ms")}
        y-label="recall@10"
        floor="0.9"
      ></line-chart>
      <div class="scroll">
        <table>
          <caption class="unseen">
            ${t("measure.title")}
          </caption>
          <thead>
            <tr>
              <th scope="col">${t("measure.effort")}</th>
              <th scope="col" class="number">${t("measure.ms")}</th>
              <th scope="col" class="number">recall@10</th>
            </tr>
          </thead>
          <tbody>
            ${steps.map(
              ({ effort, ms, recall }) => html`
                <tr>
                  <th scope="row">${effortWord(effort)}</th>
                  <td class="number">${number(ms, { maximumSignificantDigits: 3 })}</td>
                  <td class="number">${number(recall, { minimumFractionDigits: 3, maximumFractionDigits: 3 })}</td>
                </tr>
              `,
            )}
          </tbody>
        </table>
      </div>
      <p class="muted small">${t("measure.note", { queries: number(queries) })}</p>
    `;
  }
}
customElements.define("recall-time", RecallTime);

// Widths of the beam are one line; the other two are ways to search of their own.
function lines(points, steps) {
  const isWidth = steps.map(({ effort }) => effort.ef !== undefined);
  const others = steps.flatMap(({ effort }, place) =>
    isWidth[place] ? [] : [{ name: effortWord(effort), points: [points[place]] }],
  );
  return [{ name: t("measure.efs"), points: points.filter((_, place) => isWidth[place]) }, ...others];
}

function effortWord({ ef, targetRecall }) {
  if (ef) return `ef = ${ef}`;
  return targetRecall === 1 ? t("measure.exact") : t("measure.target", { recall: number(targetRecall) });
}
