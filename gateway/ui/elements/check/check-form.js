import { LitElement, Task, css, html, nothing } from "../../vendor/lit.js";
import { number, t, translated } from "../../lib/language.js";
import { adjust, route } from "../../lib/route.js";
import { shared } from "../../lib/styles.js";
import "./example-list.js";
import "./source-input.js";

/**
 * Takes an answer, the question it answers, and a corpus or sources of its own. `corpora`: those that can be checked
 * against. Sends `check`.
 */
export class CheckForm extends LitElement {
  static properties = {
    corpora: { attribute: false },
    length: { state: true },
    hasSources: { state: true },
    chart: { state: true },
  };

  static styles = [
    shared,
    css`
      .columns {
        display: grid;
        grid-template-columns: minmax(0, 1.15fr) minmax(0, 1fr);
        gap: 1rem;
        align-items: start;
      }
      @media (max-width: 60rem) {
        .columns {
          grid-template-columns: minmax(0, 1fr);
        }
      }
      form {
        display: grid;
        gap: 1rem;
        padding: 1.25rem;
      }
      h1 {
        font-size: 1.35rem;
        line-height: 1.35;
      }
      label {
        display: grid;
        gap: 0.25rem;
        font-weight: 600;
      }
      label small {
        font-weight: 400;
        color: var(--ink-2);
      }
      textarea {
        min-height: 15rem;
        line-height: 1.8;
        resize: vertical;
      }
      label.store {
        grid-template-columns: max-content 1fr;
        align-items: start;
        gap: 0.6rem;
      }
      label.store input {
        width: 1.1rem;
        height: 1.1rem;
        margin-top: 0.25rem;
      }
      label.store small {
        display: block;
      }
      .send {
        display: flex;
        flex-wrap: wrap;
        align-items: end;
        gap: 0.75rem;
      }
      .send label {
        flex: 1 1 14rem;
      }
      .send .primary {
        min-height: 2.6rem;
        padding-inline: 1.75rem;
      }
    `,
  ];

  #examples = new Task(this, {
    task: async ([], { signal }) => (await fetch("examples/examples.json", { signal })).json(),
    args: () => [],
  });

  constructor() {
    super();
    this.corpora = [];
    this.length = 0;
    this.hasSources = false;
    this.chart = null;
    translated(this);
  }

  focusFirst() {
    this.#field("answer").focus();
  }

  render() {
    return html`
      <div class="columns">
        <form class="card" @submit=${this.#send} @keydown=${this.#key}>
          <div>
            <h1>${t("check.title")}</h1>
            <p class="muted">${t("check.lead")}</p>
          </div>
          <label>
            ${t("check.answer")}
            <textarea name="answer" required spellcheck="false" placeholder=${t("check.answerHint")} @input=${this.#count}></textarea>
            <small>${t("check.length", { count: number(this.length) })}</small>
          </label>
          <label>
            <span>${t("check.question")} <small>${t("check.optional")}</small></span>
            <input name="question" maxlength="10000" autocomplete="off" placeholder=${t("check.questionHint")} />
          </label>
          ${this.hasSources ? html`<source-input .example=${this.chart}></source-input>` : nothing}
          <label>
            <span>${t("check.model")} <small>${t("check.optional")}</small></span>
            <input name="model" maxlength="200" autocomplete="off" placeholder=${t("check.modelHint")} />
          </label>
          <label class="store">
            <input type="checkbox" name="store" />
            <span>${t("check.store")} <small>${t("check.storeHint")}</small></span>
          </label>
          <div class="send">
            <label>
              ${t("check.corpus")}
              <select name="corpus" @change=${(event) => this.#evidence(event.currentTarget.value === "")}>
                ${this.corpora.map((corpus) => this.#option(corpus))}
                <option value="" .selected=${this.hasSources}>${t("check.ownSources")}</option>
              </select>
            </label>
            <button class="primary" title="Ctrl + Enter">${t("check.send")}</button>
          </div>
        </form>
        <example-list .examples=${this.#examples.value ?? []} @choose=${(event) => this.#fill(event.detail)}></example-list>
      </div>
    `;
  }

  willUpdate(changed) {
    if (!this.corpora.length || changed.get("corpora")?.length === 0) this.hasSources = !this.corpora.length;
  }
  #option(corpus) {
    const id = corpus.name.replace("corpora/", "");
    const isDamaged = corpus.state === "CORPUS_STATE_QUARANTINED";
    const name = corpus.displayName ? `${corpus.displayName} (${id})` : id;
    return html`
      <option value=${corpus.name} ?selected=${route.value.parameters.corpus === id} ?disabled=${isDamaged}>
        ${name} ${isDamaged ? t("check.quarantined") : ""}
      </option>
    `;
  }

  #field(name) {
    return this.renderRoot.querySelector(`[name="${name}"]`);
  }

  #fill(example) {
    this.#field("answer").value = example.answer;
    this.#field("question").value = example.question;
    this.#evidence(Boolean(example.chart), example.chart && { ...example.chart });
    this.#count();
    adjust({ example: example.id });
    this.#field("answer").focus();
  }

  #evidence(hasSources, chart = null) {
    this.hasSources = hasSources || !this.corpora.length;
    this.chart = chart;
    const select = this.#field("corpus");
    if (hasSources) select.value = "";
    else if (select.value === "") select.selectedIndex = 0;
  }

  #count() {
    this.length = [...this.#field("answer").value].length;
  }

  #key(event) {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) event.currentTarget.requestSubmit();
  }

  #send(event) {
    event.preventDefault();
    const { answer, question, corpus, model, store } = Object.fromEntries(new FormData(event.currentTarget));
    const sources = this.renderRoot.querySelector("source-input")?.sources ?? [];
    // Neither a corpus nor a source: the field that is missing gets the focus.
    if (!corpus && !sources.length) return this.renderRoot.querySelector("source-input").focusFirst();
    const detail = { corpus, answer, question, sources, model: model.trim(), store: store === "on" };
    this.dispatchEvent(new CustomEvent("check", { detail }));
  }
}
customElements.define("check-form", CheckForm);
