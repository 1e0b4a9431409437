import type { SigningRequest } from "matrix-countersign";
import { copyBox, downloadLink } from "../ui/copy-box.js";
import { fill, h } from "../ui/dom.js";
import { keyInput } from "../ui/key-input.js";
import { attempt, problemBox, showProblem } from "../ui/problem.js";
import type { Owner, Signed } from "./owner.js";

/** Signing with a tool of one's own: a command to copy, and a place to paste what it printed. */
export function ownToolView(owner: Owner, request: SigningRequest, onSigned: (signed: Signed) => void): HTMLElement {
  const problem = problemBox();
  const sayProblem = (error: unknown): void => showProblem(problem, error);
  const signature = keyInput("The signature", "-----BEGIN PGP SIGNATURE-----", sayProblem);
  const publicKey = keyInput("Your public key", "-----BEGIN PGP PUBLIC KEY BLOCK-----", sayProblem);
  const check = h("button", { type: "submit", class: "primary" }, "Check the signature");
  const form = h(
    "form",
    { class: "stack" },
    signature.element,
    publicKey.element,
    h("p", { class: "fine" }, "gpg prints your public key with: ", h("code", {}, "gpg --armor --export YOUR-KEY")),
    problem,
    check,
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void attempt(problem, check, async () => {
      onSigned(await owner.accept(request, signature.read() ?? "", publicKey.read()));
    });
  });
  return h("div", { class: "stack" }, commandChooser(request), form);
}

function commandChooser({ bytes, commands }: SigningRequest): HTMLElement {
  const box = h("div", { class: "stack" });
  const labels = commands.map(
    ({ tool, form }) => `${tool}, ${form === "pipe" ? "Linux or macOS shell" : "file (Windows too)"}`,
  );
  const select = h("select", {}, ...labels.map((label, index) => h("option", { value: String(index) }, label)));
  const show = (): void => {
    const chosen = commands[Number(select.value)];
    if (chosen === undefined) return;
    const { command, inputFile, outputFile } = chosen;
    fill(
      box,
      inputFile !== undefined && h("p", {}, "First save the exact bytes: ", downloadLink(bytes, inputFile)),
      copyBox(command, "Command that signs"),
      h("p", { class: "fine" }, outputFile === undefined ? "It prints the signature." : `It writes ${outputFile}.`),
    );
  };
  select.addEventListener("change", show);
  show();
  return h(
    "div",
    { class: "stack" },
    h("p", {}, "Your private key stays where it is. Run this, then paste what comes back:"),
    h("label", { class: "inline" }, h("span", {}, "Tool"), select),
    box,
  );
}
