import { LitElement, Task, css, html, nothing } from "../../vendor/lit.js";
import { number, t, translated } from "../../lib/language.js";
import { shared } from "../../lib/styles.js";

/**
 * Takes the texts that an answer is checked against in place of a corpus: a patient's chart as FHIR, or plain text.
 * `example`: `{title, file}` that fills it, or `null`. Nothing of it is kept; files never leave the page but in the check.
 */
export class SourceInput extends LitElement {
  static properties = { example: { attribute: false }, name: { state: true }, length: { state: true } };

  static styles = [
    shared,
    css`
      :host {
        display: grid;
        gap: 0.5rem;
      }
      label {
        display: grid;
        gap: 0.25rem;
        font-weight: 600;
      }
      small {
        font-weight: 400;
        color: var(--ink-2);
      }
      textarea {
        min-height: 8rem;
        font-family: var(--mono, monospace);
        font-size: 0.875rem;
        resize: vertical;
      }
    `,
  ];

  #example = new Task(this, {
    task: async ([example], { signal }) => {
      if (example) this.#fill(example.title, await (await fetch(example.file, { signal })).text());
    },
    args: () => [this.example],
  });
  #file = new Task(this, {
    task: async ([file]) => this.#fill(file.name, await file.text()),
    autoRun: false,
  });

  constructor() {
    super();
    this.example = null;
    this.name = "";
    this.length = 0;
    translated(this);
  }

  /** What goes into the request; empty while nothing was given. */
  get sources() {
    const text = this.#field?.value ?? "";
    if (!text.trim()) return [];
    return [{ [isFhir(text) ? "fhir" : "text"]: text, title: this.name || t("source.title") }];
  }

  focusFirst() {
    this.#field.focus();
  }

  render() {
    return html`
      <label>
        ${t("source.label")}
        <textarea spellcheck="false" placeholder=${t("source.hint")} @input=${this.#typed}></textarea>
        <small>${t("check.length", { count: number(this.length) })}${this.name ? html` · ${this.name}` : nothing}</small>
      </label>
      <label>
        <span>${t("source.file")} <small>${t("source.files")}</small></span>
        <input type="file" accept=".json,.txt,application/json,application/fhir+json,text/plain" @change=${this.#chosen} />
      </label>
      ${this.#example.error || this.#file.error ? html`<p role="alert">${t("source.unread")}</p>` : nothing}
      <p class="small muted">${t("source.note")}</p>
    `;
  }

  get #field() {
    return this.renderRoot.querySelector("textarea");
  }

  async #fill(title, text) {
    await this.updateComplete;
    this.#field.value = text;
    this.name = title;
    this.length = [...text].length;
  }

  #typed() {
    this.name = "";
    this.length = [...this.#field.value].length;
  }

  #chosen(event) {
    const [file] = event.currentTarget.files;
    if (file) this.#file.run([file]);
  }
}

function isFhir(text) {
  try {
    return typeof JSON.parse(text).resourceType === "string";
  } catch {
    return false;
  }
}
customElements.define("source-input", SourceInput);
