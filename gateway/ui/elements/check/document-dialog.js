import { LitElement, Task, css, html, nothing } from "../../vendor/lit.js";
import { call } from "../../lib/api.js";
import { date, t, translated } from "../../lib/language.js";
import { adjust, route } from "../../lib/route.js";
import { cut } from "../../lib/spans.js";
import { dialogs, shared } from "../../lib/styles.js";
import "../common/copy-id.js";
import "../common/problem-card.js";
import "../review/document-results.js";

/** A whole document of the corpus with the evidence highlighted. It is named in the URL, so that it can be linked. */
export class DocumentDialog extends LitElement {
  static properties = { span: { state: true } };

  static styles = [
    shared,
    dialogs,
    css`
      dialog {
        width: min(52rem, calc(100vw - 2rem));
        max-height: calc(100dvh - 3rem);
        padding: 0;
      }
      header {
        position: sticky;
        top: 0;
        display: flex;
        align-items: start;
        justify-content: space-between;
        gap: 1rem;
        padding: 1rem 1.25rem;
        border-bottom: 1px solid var(--line);
        background: var(--surface);
      }
      h2 {
        font-size: 1.1rem;
      }
      .facts {
        display: flex;
        flex-wrap: wrap;
        gap: 0.25rem 1rem;
        margin-top: 0.25rem;
      }
      article {
        padding: 1.25rem;
        line-height: 2;
        white-space: pre-wrap;
        overflow-wrap: anywhere;
      }
      mark {
        padding: 0.15em 0;
        border-bottom: 2px solid var(--accent);
        background: var(--accent-soft);
        color: inherit;
      }
      .retracted {
        margin: 1rem 1.25rem 0;
        padding: 0.6rem 0.8rem;
        border-radius: var(--radius-s);
        background: var(--contradicted-soft);
        color: var(--contradicted);
      }
      .bone {
        height: 10rem;
        margin: 1.25rem;
      }
    `,
  ];

  #document = new Task(this, {
    task: async ([name, version], { signal }) => {
      if (!name) return null;
      return call(`/v1/${name}${version ? `?version=${version}` : ""}`, { signal });
    },
    args: () => [route.value.parameters.document, route.value.parameters.version],
  });

  constructor() {
    super();
    this.span = null;
    translated(this);
    route.watch(this);
  }

  /** Opens a document by name; version: the name of the version read; span: UTF-16 offsets to highlight. */
  open({ name, version, span }) {
    this.span = span;
    adjust({ document: name, version: version.split("/").pop() }, { step: true });
  }

  updated() {
    const dialog = this.renderRoot.querySelector("dialog");
    const isWanted = Boolean(route.value.parameters.document);
    if (isWanted && !dialog.open) dialog.showModal();
    if (!isWanted && dialog.open) dialog.close();
    if (isWanted) this.renderRoot.querySelector("mark")?.scrollIntoView({ block: "center" });
  }

  render() {
    const name = route.value.parameters.document ?? "";
    return html`
      <dialog aria-labelledby="title" closedby="any" @close=${this.#closed}>
        ${this.#document.render({
          pending: () => html`<span class="bone" role="status" aria-label=${t("common.loading")}></span>`,
          error: (problem) => html`<problem-card .problem=${problem} @retry=${() => this.#document.run()}></problem-card>`,
          complete: (found) => (found ? this.#text(found, name) : nothing),
        })}
      </dialog>
    `;
  }

  #text(found, name) {
    return html`
      <header>
        <div>
          <h2 id="title">${found.title || name}</h2>
          <div class="facts small muted">
            <span>${found.source}</span>
            ${found.date ? html`<time datetime=${found.date}>${date(found.date)}</time>` : nothing}
            <copy-id .value=${name} .label=${t("evidence.document")}></copy-id>
          </div>
        </div>
        <button @click=${() => this.renderRoot.querySelector("dialog").close()}>${t("common.close")}</button>
      </header>
      ${found.retracted ? html`<p class="retracted">${t("document.retracted")} ${found.retractionReason}</p>` : nothing}
      ${found.retracted ? html`<document-results .document=${name}></document-results>` : nothing}
      <article>${cut(found.text, this.span ? [this.span] : []).map(({ text, spans }) => (spans.length ? html`<mark>${text}</mark>` : text))}</article>
    `;
  }

  #closed() {
    if (route.value.parameters.document) adjust({ document: "", version: "" });
    this.span = null;
  }
}
customElements.define("document-dialog", DocumentDialog);
