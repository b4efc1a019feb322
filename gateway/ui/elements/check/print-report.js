import { LitElement, css, html, nothing } from "../../vendor/lit.js";
import { judges, tally, verdictOf } from "../../lib/check-run.js";
import { dateTime, number, t, translated } from "../../lib/language.js";
import { shared } from "../../lib/styles.js";
import { ORDER, VERDICTS, findingWord, short } from "../../lib/verdicts.js";

/** The whole check on paper: corpus version, date and limits first, then each claim with its evidence. Seen in print only. */
export class PrintReport extends LitElement {
  static properties = { run: { attribute: false } };

  static styles = [
    shared,
    css`
      :host {
        display: none;
      }
      @media print {
        :host {
          display: block;
          color: #000;
          font-size: 10pt;
          line-height: 1.5;
        }
        h1 {
          font-size: 15pt;
        }
        h2 {
          margin: 10pt 0 4pt;
          font-size: 12pt;
        }
        dl {
          display: grid;
          grid-template-columns: max-content 1fr;
          gap: 2pt 10pt;
          margin: 6pt 0;
        }
        dt {
          font-weight: 600;
        }
        dd {
          margin: 0;
          overflow-wrap: anywhere;
        }
        pre {
          margin: 0;
          font: inherit;
          white-space: pre-wrap;
          overflow-wrap: anywhere;
        }
        ol {
          margin: 0;
          padding-left: 18pt;
        }
        li {
          margin-bottom: 7pt;
          break-inside: avoid;
        }
        blockquote {
          margin: 3pt 0 3pt 8pt;
          padding-left: 6pt;
          border-left: 1.5pt solid #777;
        }
        .superseded {
          font-weight: 600;
        }
        .limits {
          margin-top: 8pt;
          padding: 5pt 7pt;
          border: 0.75pt solid #777;
        }
      }
    `,
  ];

  constructor() {
    super();
    translated(this);
  }

  render() {
    const { run } = this;
    if (!run?.claims) return nothing;
    return html`
      <article aria-hidden="true">
        <h1>${t("print.title")}</h1>
        <dl>
          <dt>${t("print.date")}</dt>
          <dd>${dateTime(run.startedAt)}</dd>
          <dt>${t("run.version")}</dt>
          <dd>${run.version || t("review.sources")}</dd>
          ${run.request.model ? html`<dt>${t("check.model")}</dt><dd>${run.request.model}</dd>` : nothing}
          <dt>${t("run.judges")}</dt>
          <dd>${judges(run).join(", ") || "–"}</dd>
          ${run.summary?.result ? html`<dt>${t("run.result")}</dt><dd>${run.summary.result}</dd>` : nothing}
          ${run.summary ? html`<dt>${t("run.worst")}</dt><dd>${t(`verdict.${short(run.summary.worst, "VERDICT")}`)}</dd>` : nothing}
          <dt>${t("run.title")}</dt>
          <dd>${this.#counts()}</dd>
          ${run.summary?.notRun?.length
            ? html`<dt>${t("run.notRun")}</dt><dd>${run.summary.notRun.map((one) => `${one.component} (${one.reason})`).join(", ")}</dd>`
            : nothing}
          ${run.summary ? nothing : html`<dt>${t("print.state")}</dt><dd>${t("print.incomplete")}</dd>`}
        </dl>
        <div class="limits">
          <p>${t("note.purpose")}</p>
          <p>${t("note.rules")}</p>
          <p>${t("note.limits")}</p>
        </div>
        ${run.request.question ? html`<h2>${t("check.question")}</h2><pre>${run.request.question}</pre>` : nothing}
        <h2>${t("answer.title")}</h2>
        <pre>${run.request.answer}</pre>
        <h2>${t("table.caption")}</h2>
        <ol>
          ${run.claims.map((claim) => html`<li>${this.#claim(claim)}</li>`)}
        </ol>
      </article>
    `;
  }

  #counts() {
    const { counts } = tally(this.run);
    return ORDER.map((name) => `${t(`verdict.${name}`)} ${counts.get(name)}`).join(" / ");
  }

  #claim(claim) {
    const result = this.run.results.get(claim.index);
    const verdict = verdictOf(this.run, claim);
    const share = (value = 0) => number(value, { style: "percent", maximumFractionDigits: 0 });
    const odds = result?.probabilities;
    const basis = result?.calibrated ? t("evidence.calibrated") : t("evidence.uncalibrated");
    return html`
      <div><b>${VERDICTS[verdict]?.icon ?? "…"} ${t(verdict ? `verdict.${verdict}` : "verdict.waiting")}</b> ${result?.provisional ? t("print.provisional") : nothing} ${claim.text}</div>
      ${odds && verdict !== "NOT_CHECKABLE"
        ? html`<div>${t("evidence.measures", { supported: share(odds.supported), contradicted: share(odds.contradicted), neither: share(odds.neither) })} ${basis}</div>`
        : nothing}
      ${(result?.conditions ?? []).map((condition) => html`<div>${t("table.condition", { text: condition.text })}</div>`)}
      ${(result?.evidence ?? []).map((evidence) => this.#evidence(evidence))}
      ${(result?.findings ?? []).map(
        (finding) => html`<div>${findingWord(finding.kind)}: ${finding.claimText} ↔ ${finding.evidenceText}</div>`,
      )}
    `;
  }

  #evidence({ text, title, tier, source, date, document, superseded }) {
    const rank = tier ? t("evidence.tier", { word: t(`tier.${tier}`) }) : "";
    return html`
      <blockquote>
        ${superseded ? html`<div class="superseded">⚠ ${t("evidence.superseded")}</div>` : nothing}
        ${text}<br />${[title, rank, source, date, document].filter(Boolean).join(" · ")}
      </blockquote>
    `;
  }
}
customElements.define("print-report", PrintReport);
