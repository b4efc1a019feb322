import { LitElement, css, html, nothing } from "../../vendor/lit.js";
import { t, translated } from "../../lib/language.js";
import { shared, tones } from "../../lib/styles.js";
import { findingWord, isClash } from "../../lib/verdicts.js";

/** What the judges noticed, in fixed words, with the words of both sides; what clashes comes first. */
export class FindingList extends LitElement {
  static properties = { findings: { attribute: false } };

  static styles = [
    shared,
    tones,
    css`
      ul {
        display: grid;
        gap: 0.35rem;
        margin: 0;
        padding: 0;
        list-style: none;
        font-size: 0.9375rem;
      }
      li {
        display: flex;
        flex-wrap: wrap;
        gap: 0 0.9rem;
        padding: 0.3rem 0.65rem;
        border-radius: var(--radius-s);
        background: var(--tone-soft);
        overflow-wrap: anywhere;
      }
      b {
        color: var(--tone);
      }
      small {
        font-size: 0.8125rem;
        color: var(--ink-2);
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
      ${this.#clashesFirst().map((finding) => this.#item(finding))}
    </ul>`;
  }

  #clashesFirst() {
    return [...this.findings].sort((one, other) => Number(isClash(other.kind)) - Number(isClash(one.kind)));
  }

  #item(finding) {
    const clash = isClash(finding.kind);
    return html`
      <li data-tone=${clash ? "contradicted" : "supported"} data-kind=${finding.kind}>
        <b><span aria-hidden="true">${clash ? "✕" : "✓"}</span> ${findingWord(finding.kind)}</b>
        ${finding.claimText ? html`<span><small>${t("findings.claim")}</small> ${finding.claimText}</span>` : nothing}
        ${finding.evidenceText ? html`<span><small>${t("findings.evidence")}</small> ${finding.evidenceText}</span>` : nothing}
      </li>
    `;
  }
}
customElements.define("finding-list", FindingList);
