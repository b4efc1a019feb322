import { LitElement, css, html, nothing } from "../../vendor/lit.js";
import { verdictOf } from "../../lib/check-run.js";
import { number, t, translated } from "../../lib/language.js";
import { shared } from "../../lib/styles.js";
import { short } from "../../lib/verdicts.js";
import "../common/verdict-badge.js";
import "./bold-text.js";
import "./calibration-note.js";
import "./condition-list.js";
import "./evidence-card.js";
import "./explain-panel.js";
import "./opinion-list.js";

/** Why the selected claim has its verdict: passages first, then the reasons in fixed words. Sends `open-document`. */
export class EvidencePanel extends LitElement {
  static properties = {
    run: { attribute: false },
    claim: { attribute: false },
    isRunning: { attribute: false },
    calibration: { attribute: false },
  };

  static styles = [
    shared,
    css`
      section {
        display: grid;
        gap: 1rem;
        padding: 1.1rem;
      }
      header {
        display: grid;
        gap: 0.5rem;
      }
      .title {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.6rem;
      }
      h2 {
        font-size: 1rem;
      }
      h3 {
        margin-bottom: 0.5rem;
        color: var(--ink-2);
        font-size: 0.875rem;
      }
      blockquote {
        margin: 0;
        padding-left: 0.8rem;
        border-left: 3px solid var(--line-strong);
        line-height: 1.8;
      }
      .cards {
        display: grid;
        gap: 0.75rem;
      }
      .reason {
        padding: 0.6rem 0.8rem;
        border-radius: var(--radius-s);
        background: var(--surface-2);
      }
      .important {
        padding: 0.1rem 0.5rem;
        border: 1px solid var(--line-strong);
        border-radius: var(--radius-s);
        font-weight: 600;
      }
      .bones {
        display: grid;
        gap: 0.6rem;
      }
      .bone.tall {
        height: 6rem;
      }
    `,
  ];

  constructor() {
    super();
    translated(this);
  }

  toggleWhy() {
    this.renderRoot.querySelector("explain-panel")?.toggle();
  }

  openFirstDocument() {
    this.renderRoot.querySelector("evidence-card")?.openDocument();
  }

  render() {
    return html`<section class="card" aria-label=${t("evidence.title")}>${this.claim ? this.#claim() : this.#nothing()}</section>`;
  }

  #claim() {
    const result = this.run.results.get(this.claim.index);
    return html`
      <header>
        <div class="title">
          <h2>${t("evidence.claim", { number: this.claim.index + 1 })}</h2>
          <verdict-badge verdict=${verdictOf(this.run, this.claim)}></verdict-badge>
          ${result?.important ? html`<span class="important small" title=${t("evidence.importantWhy")}>${t("evidence.important")}</span>` : nothing}
        </div>
        <blockquote>
          <bold-text .text=${this.claim.text} .findings=${result?.findings ?? []} side="claim"></bold-text>
        </blockquote>
      </header>
      ${result ? this.#result(result) : this.#skeleton()}
    `;
  }

  #result(result) {
    const abstained = short(result.abstainReason, "ABSTAIN_REASON");
    return html`
      ${abstained && abstained !== "UNSPECIFIED" ? html`<p class="reason">${t(`abstain.${abstained}`)}</p>` : nothing}
      ${result.verdict === "VERDICT_NOT_CHECKABLE" ? html`<p class="reason">${t("evidence.notCheckable")}</p>` : nothing}
      ${result.conditions?.length ? html`<condition-list .conditions=${result.conditions}></condition-list>` : nothing}
      ${result.evidence.length
        ? html`<div>
            <h3>${t("evidence.passages", { count: result.evidence.length })}</h3>
            <div class="cards">
              ${result.evidence.map(
                (evidence, index) => html`
                  <evidence-card
                    .evidence=${evidence}
                    .findings=${result.findings.filter((finding) => finding.evidenceIndex === index)}
                    .version=${this.run.version}
                  ></evidence-card>
                `,
              )}
            </div>
          </div>`
        : nothing}
      ${this.#measures(result)}
      ${(result.opinions ?? []).length > 1 ? html`<opinion-list .opinions=${result.opinions}></opinion-list>` : nothing}
      <calibration-note .calibration=${this.calibration} .result=${result}></calibration-note>
      <explain-panel
        .corpus=${this.run.request.corpus}
        .sources=${this.run.request.sources}
        .claim=${this.claim.text}
        .version=${this.run.version}
      ></explain-panel>
    `;
  }

  #measures(result) {
    const share = (value) => number(value, { style: "percent", maximumFractionDigits: 0 });
    const { supported = 0, contradicted = 0, neither = 0 } = result.probabilities ?? {};
    return html`
      <p class="small muted">
        ${t("evidence.measures", { supported: share(supported), contradicted: share(contradicted), neither: share(neither) })}
        ${result.calibrated ? t("evidence.calibrated") : t("evidence.uncalibrated")}<br />
        ${result.judgesRun.length ? t("evidence.judges", { names: result.judgesRun.join(", ") }) : t("evidence.noJudge")}
      </p>
    `;
  }

  #nothing() {
    if (this.isRunning) return this.#skeleton();
    return html`<p class="muted">${this.run.claims ? t("evidence.none") : t("evidence.noClaims")}</p>`;
  }

  #skeleton() {
    if (!this.isRunning) return html`<p class="muted">${t("evidence.stopped")}</p>`;
    return html`
      <div class="bones" role="status" aria-label=${t("common.loading")}>
        <span class="bone"></span><span class="bone tall"></span><span class="bone"></span>
      </div>
    `;
  }
}
customElements.define("evidence-panel", EvidencePanel);
