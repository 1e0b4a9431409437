import type { ChangeSource, IdentityAssessment, SignatureReport, TrustAnchor, TrustLevel } from "matrix-countersign";
import { fill, h } from "../ui/dom.js";
import { groupFingerprint, shortFingerprint } from "../ui/fingerprint.js";
import { attempt, problemBox, showProblem } from "../ui/problem.js";
import { plain } from "../words/plain.js";
import { problemWords, sourceWords } from "../words/reading.js";
import { placeNames } from "../words/receipts.js";
import { levels, wordsOfCode, wordsOfReason } from "../words/verdicts.js";

/** What Bob is shown about Alice: the verdict in words, and every signature that was considered. */
export interface VerdictView {
  readonly element: HTMLElement;
  show(assessment: IdentityAssessment, anchors: readonly TrustAnchor[]): void;
  /** Says what made Bob look again. */
  showHeard(source: ChangeSource): void;
  showChange(change: { readonly before: string; readonly after: string }): void;
  showProblem(error: unknown): void;
}

/** A badge: mark and word. */
export function badge(level: TrustLevel | undefined): HTMLElement {
  if (level === undefined) return h("span", { class: "badge" }, "checking …");
  return h("span", { class: `badge ${level}` }, h("span", { "aria-hidden": "true" }, `${levels[level].mark} `), level);
}

/** @param check assesses now */
export function verdictView(check: () => Promise<void>): VerdictView {
  const problem = problemBox();
  const change = h("div", { class: "problem", role: "alert", hidden: true });
  const verdict = h("div", { class: "stack", role: "status", "aria-label": "Verdict on Alice" }, badge(undefined));
  const reports = h("div", { class: "stack" });
  const time = h("span", { class: "fine" });
  const heard = h("p", { class: "fine", hidden: true });
  const button = h("button", { type: "button", class: "small" }, "Check now");
  button.addEventListener("click", () => void attempt(problem, button, check));
  let said = "";
  return {
    element: h(
      "section",
      { class: "card" },
      h(
        "div",
        { class: "row spread" },
        h("h3", {}, "Is this really Alice?"),
        h("span", { class: "row" }, time, button),
      ),
      change,
      verdict,
      reports,
      heard,
      problem,
    ),
    show: (assessment, anchors) => {
      fill(problem);
      time.textContent = `checked ${new Date(assessment.checkedAt).toLocaleTimeString()}`;
      // Said anew only if it changed: a screen reader would repeat it at every look, and an open list would close.
      const now = JSON.stringify([
        assessment.level,
        assessment.masterKey,
        assessment.reasons,
        assessment.reports,
        assessment.problems,
        anchors,
      ]);
      if (now === said) return;
      said = now;
      fill(verdict, ...verdictOf(assessment, anchors));
      fill(reports, ...reportList(assessment.reports));
    },
    showHeard: (source) => fill(heard, `Last told to look again by ${sourceWords[source]}.`),
    showChange: ({ before, after }) => {
      fill(
        change,
        h(
          "p",
          {},
          "Alice's master key has changed! Before: ",
          shortFingerprint(before),
          ", now: ",
          shortFingerprint(after),
          ".",
        ),
        h(
          "p",
          {},
          "She may have reset it, or somebody put another in its place. What vouched for the old one says nothing about the new one.",
        ),
      );
    },
    showProblem: (error) => showProblem(problem, error),
  };
}

function verdictOf(assessment: IdentityAssessment, anchors: readonly TrustAnchor[]): HTMLElement[] {
  const { level, masterKey, problems, reasons } = assessment;
  const sentences = new Set(reasons.map((reason) => wordsOfReason(reason, assessment, anchors)));
  return [
    h(
      "p",
      { class: "row" },
      badge(level),
      masterKey !== undefined && h("span", { class: "fine" }, "master key ", shortFingerprint(masterKey)),
    ),
    h("p", {}, levels[level].meaning),
    h("ul", { class: "reasons" }, ...[...sentences].map((sentence) => h("li", {}, sentence))),
    ...problems.map((problem) => h("p", { class: "note open" }, `${problemWords[problem]} `, h("code", {}, problem))),
  ];
}

function reportList(reports: readonly SignatureReport[]): HTMLElement[] {
  if (reports.length === 0) return [];
  const title =
    reports.length === 1
      ? "The signature, as it was checked"
      : `The ${reports.length} signatures, as they were checked`;
  return [h("details", {}, h("summary", {}, title), ...reports.map(reportOf))];
}

function reportOf({ algorithm, keyId, status, code, signer, createdAt, seenIn }: SignatureReport): HTMLElement {
  const rows: [string, string][] = [
    ["Verdict", code === status ? status : `${status} (${code}): ${wordsOfCode(code)}`],
    ["Signed by", signer === undefined ? `says it is ${keyId}` : groupFingerprint(signer.fingerprint)],
    ["Calls itself", plain(signer?.names.join(", ") ?? "")],
    ["Made", createdAt === undefined ? "" : new Date(createdAt).toLocaleString()],
    ["Found", (seenIn ?? []).map((place) => placeNames[place]).join(", ")],
    ["Algorithm", algorithm],
  ];
  const shown = rows.filter(([, value]) => value !== "");
  return h(
    "dl",
    { class: `report ${status}` },
    ...shown.flatMap(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]),
  );
}
