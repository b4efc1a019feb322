import { LitElement, classMap, css, html, nothing } from "../../vendor/lit.js";
import { verdictOf } from "../../lib/check-run.js";
import { t, translated } from "../../lib/language.js";
import { cut } from "../../lib/spans.js";
import { shared, tones } from "../../lib/styles.js";
import { VERDICTS } from "../../lib/verdicts.js";

/** The answer with its claims marked in place. Sends `select` with a claim's index. */
export class AnswerView extends LitElement {
  static properties = { run: { attribute: false }, selected: { attribute: false }, filter: { attribute: false } };

  static styles = [
    shared,
    tones,
    css`
      article {
        padding: 0.9rem 1.1rem 1.4rem;
        font-size: 1.0625rem;
        line-height: 2.15;
        white-space: pre-wrap;
        overflow-wrap: anywhere;
      }
      mark {
        padding: 0.15em 0;
        border-bottom: 2px solid var(--tone);
        background: var(--tone-soft);
        color: var(--ink);
        cursor: pointer;
        box-decoration-break: clone;
        transition: background var(--step);
      }
      mark[data-tone="waiting"] {
        border-bottom-style: dotted;
        animation: breathe 1.4s ease-in-out infinite;
      }
      mark.selected {
        outline: 2px solid var(--tone);
        outline-offset: 1px;
        border-radius: 3px;
      }
      .dim {
        opacity: 0.32;
      }
      button {
        min-height: 0;
        margin: 0 0.25em 0 0.15em;
        padding: 0 0.45em;
        border-color: var(--tone);
        border-radius: 999px;
        background: var(--surface);
        color: var(--tone);
        font-size: 0.75rem;
        font-weight: 700;
        line-height: 1.5;
        vertical-align: 0.25em;
        white-space: nowrap;
      }
      button.selected {
        background: var(--tone);
        color: var(--surface);
      }
      @keyframes breathe {
        50% {
          background: transparent;
        }
      }
    `,
  ];

  constructor() {
    super();
    translated(this);
  }

  render() {
    const claims = this.run.claims ?? [];
    const spans = claims.filter((claim) => claim.span).map((claim) => ({ ...claim.span, claim }));
    const pieces = cut(this.run.request.answer, spans);
    // No white space may stand between the pieces: the text is shown to the character.
    return html`
      <article>${pieces.map((piece) => html`${this.#piece(piece)}${this.#numbers(piece)}`)}</article>
      <div hidden>${claims.map((claim) => html`<span id="claim-${claim.index}">${this.#words(claim)}</span>`)}</div>
    `;
  }

  updated(changed) {
    if (!changed.has("selected") || !this.selected) return;
    const button = this.renderRoot.querySelector(`button[data-claim="${this.selected.index}"]`);
    button?.scrollIntoView({ block: "nearest" });
  }

  #piece({ text, spans }) {
    if (!spans.length) return text;
    const { claim } = spans[0];
    return html`<mark
      class=${classMap(this.#state(claim))}
      data-tone=${this.#tone(claim)}
      data-claim=${claim.index}
      aria-describedby="claim-${claim.index}"
      @click=${() => this.#select(claim)}
      >${text}</mark
    >`;
  }

  #numbers({ end, spans }) {
    const ending = spans.filter((span) => span.end === end).reverse();
    if (!ending.length) return nothing;
    return ending.map(
      ({ claim }) =>
        html`<button
          class=${classMap(this.#state(claim))}
          data-tone=${this.#tone(claim)}
          data-claim=${claim.index}
          aria-label=${this.#words(claim)}
          aria-pressed=${this.selected?.index === claim.index}
          title=${this.#words(claim)}
          @click=${() => this.#select(claim)}
        >${claim.index + 1} ${this.#icon(claim)}</button>`,
    );
  }

  #state(claim) {
    const isDim = this.filter.size > 0 && !this.filter.has(verdictOf(this.run, claim));
    return { selected: this.selected?.index === claim.index, dim: isDim };
  }

  #tone(claim) {
    return VERDICTS[verdictOf(this.run, claim)]?.tone ?? "waiting";
  }

  #icon(claim) {
    return VERDICTS[verdictOf(this.run, claim)]?.icon ?? "…";
  }

  #words(claim) {
    const verdict = verdictOf(this.run, claim);
    return t("answer.claim", { number: claim.index + 1, verdict: t(verdict ? `verdict.${verdict}` : "verdict.waiting") });
  }

  #select(claim) {
    this.dispatchEvent(new CustomEvent("select", { detail: claim.index, bubbles: true, composed: true }));
  }
}
customElements.define("answer-view", AnswerView);
