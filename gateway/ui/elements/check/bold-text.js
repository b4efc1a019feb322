import { LitElement, css, html } from "../../vendor/lit.js";
import { cut, unitOffset } from "../../lib/spans.js";
import { shared } from "../../lib/styles.js";
import { isClash } from "../../lib/verdicts.js";

/**
 * A text with the words of its findings bold: what clashes more so than what agrees.
 * side: `claim` (offsets are code points of the claim) or `evidence` (UTF-16 offsets of the document; `start`: where
 * the text stands in it).
 */
export class BoldText extends LitElement {
  static properties = { text: {}, findings: { attribute: false }, side: {}, start: { type: Number } };

  static styles = [
    shared,
    css`
      :host {
        display: inline;
        white-space: pre-wrap;
        overflow-wrap: anywhere;
      }
      strong.clash {
        border-bottom: 3px solid var(--contradicted);
        color: var(--contradicted);
      }
      strong.agree {
        border-bottom: 2px solid var(--supported);
      }
    `,
  ];

  constructor() {
    super();
    this.text = "";
    this.findings = [];
    this.side = "claim";
    this.start = 0;
  }

  render() {
    const spans = this.findings.map((finding) => ({ ...this.#span(finding), isClash: isClash(finding.kind) }));
    return html`${cut(this.text, spans).map((piece) => this.#piece(piece))}`;
  }

  #span({ claimSpan, evidenceSpan }) {
    if (this.side === "claim") {
      return { start: unitOffset(this.text, claimSpan?.start ?? 0), end: unitOffset(this.text, claimSpan?.end ?? 0) };
    }
    return { start: (evidenceSpan?.start ?? 0) - this.start, end: (evidenceSpan?.end ?? 0) - this.start };
  }

  #piece({ text, spans }) {
    if (!spans.length) return text;
    return html`<strong class=${spans.some((span) => span.isClash) ? "clash" : "agree"}>${text}</strong>`;
  }
}
customElements.define("bold-text", BoldText);
