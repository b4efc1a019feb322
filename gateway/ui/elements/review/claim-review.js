import { LitElement, css, html, nothing } from "../../vendor/lit.js";
import { dateTime, number, t, translated } from "../../lib/language.js";
import { shared, tones } from "../../lib/styles.js";
import { ORDER, VERDICTS, findingWord, short } from "../../lib/verdicts.js";
import "../check/calibration-note.js";
import "../common/verdict-badge.js";

/** One claim of a kept result: what was said, by what evidence, and what a person says. Sends `review` with verdict and note. */
export class ClaimReview extends LitElement {
  static properties = {
    claim: { attribute: false },
    number: { type: Number },
    isCurrent: { attribute: false },
    mayReview: { attribute: false },
    calibration: { attribute: false },
  };

  static styles = [
    shared,
    tones,
    css`
      article {
        display: grid;
        gap: 0.6rem;
        padding: 0.9rem 1.1rem;
        border-bottom: 1px solid var(--line);
      }
      article.current {
        background: var(--accent-soft);
        box-shadow: inset 4px 0 0 var(--accent);
      }
      header,
      .choices,
      .note {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.5rem;
      }
      h3 {
        font-size: 1rem;
        font-weight: 500;
        line-height: 1.8;
        overflow-wrap: anywhere;
      }
      blockquote {
        margin: 0;
        padding-left: 0.8rem;
        border-left: 3px solid var(--line-strong);
        font-size: 0.9375rem;
        overflow-wrap: anywhere;
      }
      .choices button {
        border-color: var(--tone);
        color: var(--tone);
      }
      .choices button[aria-pressed="true"] {
        background: var(--tone);
        color: var(--surface);
      }
      kbd {
        font-family: var(--mono);
        font-size: 0.75rem;
      }
      .note input {
        flex: 1 1 16rem;
        width: auto;
      }
    `,
  ];

  constructor() {
    super();
    this.isCurrent = false;
    this.mayReview = true;
    this.calibration = null;
    translated(this);
  }

  focusNote() {
    this.renderRoot.querySelector("input")?.focus();
  }

  updated(changed) {
    if (changed.has("isCurrent") && this.isCurrent) this.scrollIntoView({ block: "nearest" });
  }

  /** Keeps a verdict, with the note as it stands. */
  choose(verdict) {
    const note = this.renderRoot.querySelector("input")?.value ?? "";
    this.dispatchEvent(new CustomEvent("review", { detail: { name: this.claim.name, verdict, note } }));
  }

  render() {
    const { result, review } = this.claim;
    const said = short(result.verdict, "VERDICT");
    return html`
      <article class=${this.isCurrent ? "current" : ""} aria-current=${this.isCurrent} aria-label=${t("evidence.claim", { number: this.number + 1 })}>
        <header><b>${this.number + 1}</b> <span class="muted small">${t("review.said")}</span> <verdict-badge verdict=${said}></verdict-badge></header>
        ${result.claim?.text ? html`<h3>${result.claim.text}</h3>` : html`<p class="muted small">${t("review.noText")}</p>`}
        ${result.evidence.map((one) => html`<blockquote>${one.text} <span class="muted small">${one.title || one.document}</span></blockquote>`)}
        ${result.findings.length ? html`<p class="small">${result.findings.map((one) => this.#finding(one)).join(" / ")}</p>` : nothing}
        <p class="small muted">${this.#measures(result)}</p>
        <calibration-note .calibration=${this.calibration} .result=${result}></calibration-note>
        ${this.mayReview ? this.#form(review) : nothing} ${review ? this.#newest(review) : nothing}
      </article>
    `;
  }

  #form(review) {
    const chosen = short(review?.verdict, "VERDICT");
    return html`
      <div class="choices" role="group" aria-label=${t("review.right")}>
        <span class="small">${t("review.right")}</span>
        ${ORDER.map(
          (verdict, place) => html`
            <button data-tone=${VERDICTS[verdict].tone} data-verdict=${verdict} aria-pressed=${chosen === verdict} @click=${() => this.choose(verdict)}>
              <kbd>${place + 1}</kbd> ${t(`verdict.${verdict}`)}
            </button>
          `,
        )}
      </div>
      <div class="note">
        <input maxlength="2000" .value=${review?.note ?? ""} placeholder=${t("review.note")} aria-label=${t("review.note")} @keydown=${this.#key} />
        <button ?disabled=${!chosen} @click=${() => this.choose(chosen)}>${t("review.saveNote")}</button>
      </div>
    `;
  }

  #newest(review) {
    const who = { who: review.reviewer, when: dateTime(review.createTime) };
    return html`<p class="small kept" role="status">
      ✓ ${t("review.kept", who)}${this.mayReview ? "" : html` <verdict-badge verdict=${short(review.verdict, "VERDICT")}></verdict-badge>`}
    </p>`;
  }

  #finding({ kind, claimText, evidenceText }) {
    return `${findingWord(kind)}: ${claimText} ↔ ${evidenceText}`;
  }

  #measures({ probabilities = {} }) {
    const share = (value = 0) => number(value, { style: "percent", maximumFractionDigits: 0 });
    const { supported, contradicted, neither } = probabilities;
    return t("evidence.measures", { supported: share(supported), contradicted: share(contradicted), neither: share(neither) });
  }

  #key(event) {
    if (event.key !== "Enter" || event.isComposing) return;
    const chosen = short(this.claim.review?.verdict, "VERDICT");
    if (chosen) this.choose(chosen);
    event.target.blur();
  }
}
customElements.define("claim-review", ClaimReview);
