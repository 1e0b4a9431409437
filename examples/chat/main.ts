/** The page: a homeserver to choose, and the demo that runs on it. */
import { isProfileName, type ProfileName } from "../homeserver/profiles.js";
import { type Demo, startDemo } from "./demo.js";
import { byId, fill, h } from "./ui/dom.js";
import { problemBox, showProblem } from "./ui/problem.js";
import { servers } from "./words/servers.js";

const stage = byId("stage", HTMLElement);
const select = byId("server", HTMLSelectElement);
const does = byId("server-does", HTMLElement);
const problem = problemBox();

let current: Promise<Demo | undefined> = Promise.resolve(undefined);

/** Ends what runs and starts the demo on a fresh homeserver of the chosen kind; one after the other, the last one stays. */
function restart(): void {
  const profile = chosenProfile();
  describe(profile);
  select.disabled = true;
  const previous = current;
  current = run(previous, profile).finally(() => {
    select.disabled = false;
  });
}

async function run(previous: Promise<Demo | undefined>, profile: ProfileName): Promise<Demo | undefined> {
  const status = h("p", { class: "starting", role: "status" }, "Starting …");
  try {
    fill(problem);
    await (await previous)?.stop();
    fill(stage, status);
    // Each run has a homeserver of its own, so that nothing of an earlier one is left.
    const baseUrl = `${location.origin}/_homeserver/${profile}/${crypto.randomUUID()}`;
    const demo = await startDemo(baseUrl, (words) => {
      status.textContent = words;
    });
    fill(stage, demo.element);
    return demo;
  } catch (error) {
    fill(stage);
    showProblem(problem, error);
    return undefined;
  }
}

function chosenProfile(): ProfileName {
  return isProfileName(select.value) ? select.value : "msc2961";
}

/** The choice stands in the address, so that it outlives a reload. */
function describe(profile: ProfileName): void {
  const chosen = servers.find((server) => server.profile === profile);
  does.textContent = chosen === undefined ? "" : `It ${chosen.does}.`;
  history.replaceState(null, "", `?server=${profile}`);
}

stage.before(problem);
select.append(...servers.map(({ profile, name }) => h("option", { value: profile }, name)));
const asked = new URLSearchParams(location.search).get("server") ?? "";
select.value = isProfileName(asked) ? asked : "msc2961";
select.addEventListener("change", restart);
byId("reset", HTMLButtonElement).addEventListener("click", restart);
for (const name of ["error", "unhandledrejection"] as const) {
  window.addEventListener(name, (event) =>
    showProblem(problem, event instanceof ErrorEvent ? event.error : "reason" in event ? event.reason : event),
  );
}
restart();
