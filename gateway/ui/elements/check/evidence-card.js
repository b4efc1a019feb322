import { LitElement, css, html, nothing } from "../../vendor/lit.js";
import { date, t, translated } from "../../lib/language.js";
import { shared, tones } from "../../lib/styles.js";
import { STANCES, short } from "../../lib/verdicts.js";
import "../common/copy-id.js";
import "./bold-text.js";
import "./finding-list.js";

/** A passage of a source. `findings`: those about it. Sends `open-document`. */
export class EvidenceCard extends LitElement {
  static properties = { evidence: { attribute: false }, findings: { attribute: false }, version: {} };

  static styles = [
    shared,
    tones,
    css`
      article {
        display: grid;
        gap: 0.5rem;
        padding: 0.8rem 0.9rem;
        border: 1px solid var(--line);
        border-left: 4px solid var(--tone);
        border-radius: var(--radius-s);
        background: var(--surface);
      }
      header {
        display: flex;
        justify-content: space-between;
        gap: 0.75rem;
      }
      h4 {
        margin: 0;
        font-size: 0.9375rem;
      }
      .stance {
        flex: none;
        color: var(--tone);
        font-size: 0.8125rem;
        font-weight: 600;
      }
      p {
        line-height: 1.8;
      }
      footer {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.3rem 0.9rem;
        color: var(--ink-2);
        font-size: 0.8125rem;
      }
      .superseded {
        padding: 0.2rem 0.6rem;
        border-radius: var(--radius-s);
        background: var(--warn-soft);
        color: var(--warn);
        font-size: 0.875rem;
      }
      .open {
        min-height: 1.9rem;
        border-color: var(--line-strong);
        color: var(--accent);
        font-size: 0.8125rem;
        font-weight: 600;
      }
    `,
  ];

  constructor() {
    super();
    this.findings = [];
    translated(this);
  }

  openDocument() {
    this.dispatchEvent(
      new CustomEvent("open-document", {
        detail: { name: this.evidence.document, version: this.version, span: this.evidence.span },
        bubbles: true,
        composed: true,
      }),
    );
  }

  render() {
    const { evidence } = this;
    const stance = short(evidence.stance, "STANCE");
    const { icon, tone } = STANCES[stance] ?? STANCES.RELATED;
    return html`
      <article data-tone=${tone}>
        <header>
          <h4>${evidence.title || evidence.document}</h4>
          <span class="stance"><span aria-hidden="true">${icon}</span> ${t(`stance.${stance in STANCES ? stance : "RELATED"}`)}</span>
        </header>
        ${evidence.superseded ? html`<p class="superseded">⚠ ${t("evidence.superseded")}</p>` : nothing}
        <p>
          <bold-text
            .text=${evidence.text}
            .findings=${this.findings}
            .start=${evidence.span?.start ?? 0}
            side="evidence"
          ></bold-text>
        </p>
        ${this.findings.length ? html`<finding-list .findings=${this.findings}></finding-list>` : nothing}
        <footer>
          ${evidence.tier ? html`<span>${t("evidence.tier", { word: t(`tier.${evidence.tier}`) })}</span>` : nothing}
          ${evidence.source ? html`<span>${evidence.source}</span>` : nothing}
          ${evidence.date ? html`<time datetime=${evidence.date}>${date(evidence.date)}</time>` : nothing}
          <copy-id .value=${evidence.document} .label=${t("evidence.document")}></copy-id>
          ${evidence.document.startsWith("corpora/")
            ? html`<button class="open" @click=${this.openDocument}>${t("evidence.open")}</button>`
            : nothing}
        </footer>
      </article>
    `;
  }
}
customElements.define("evidence-card", EvidenceCard);
