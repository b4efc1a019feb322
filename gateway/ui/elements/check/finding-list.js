import { LitElement, css, html, nothing } from "../../vendor/lit.js";
import { t, translated } from "../../lib/language.js";
import { shared, tones } from "../../lib/styles.js";
import { findingWord, isClash } from "../../lib/verdicts.js";

/** What the judges noticed, in fixed words, with the words of both sides. */
export class FindingList extends LitElement {
  static properties = { findings: { attribute: false } };

  static styles = [
    shared,
    tones,
    css`
      ul {
        display: grid;
        gap: 0.5rem;
        margin: 0;
        padding: 0;
        list-style: none;
      }
      li {
        padding: 0.6rem 0.8rem;
        border-left: 4px solid var(--tone);
        border-radius: var(--radius-s);
        background: var(--tone-soft);
      }
      b {
        color: var(--tone);
      }
      dl {
        display: grid;
        grid-template-columns: max-content 1fr;
        gap: 0 0.75rem;
        margin: 0.2rem 0 0;
        font-size: 0.9375rem;
      }
      dt {
        color: var(--ink-2);
      }
      dd {
        margin: 0;
        overflow-wrap: anywhere;
      }
    `,
  ];

  constructor() {
    super();
    this.findings = [];
    translated(this);
  }

  render() {
    return html`<ul aria-label=${t("findings.title")}>
      ${this.findings.map((finding) => this.#item(finding))}
    </ul>`;
  }

  #item(finding) {
    const clash = isClash(finding.kind);
    return html`
      <li data-tone=${clash ? "contradicted" : "supported"} data-kind=${finding.kind}>
        <b><span aria-hidden="true">${clash ? "✕" : "✓"}</span> ${findingWord(finding.kind)}</b>
        <dl>
          ${finding.claimText ? html`<dt>${t("findings.claim")}</dt><dd>${finding.claimText}</dd>` : nothing}
          ${finding.evidenceText ? html`<dt>${t("findings.evidence")}</dt><dd>${finding.evidenceText}</dd>` : nothing}
        </dl>
      </li>
    `;
  }
}
customElements.define("finding-list", FindingList);
