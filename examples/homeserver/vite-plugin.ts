/** The homeserver inside Vite's dev server: pages find it at their own origin. */
import type { Connect, Plugin } from "vite";
import { isProfileName } from "./profiles.js";
import { createHomeserver, type Homeserver, type HomeserverOptions } from "./server.js";

export interface HomeserverPluginOptions extends HomeserverOptions {
  /**
   * Also serves any number of further homeservers, each made when it is first asked for, under
   * `/_homeserver/<profile>/<name>` as their base URL: a test takes a name of its own and has a server of its own.
   * With `controls`, each has its own `<base URL>/_countersign/…` too.
   */
  instances?: boolean;
}

/** Instances kept at most; the one made first goes first. */
const MAX_INSTANCES = 100;

/**
 * Mounts a homeserver on the dev server: `location.origin` is its base URL. Whoever reaches the dev server reaches the
 * homeserver, and may register.
 */
export function homeserver(options: HomeserverPluginOptions = {}): Plugin {
  const main = createHomeserver(options);
  const instances = options.instances === true ? createInstances(options) : undefined;
  const mount = ({ middlewares }: { middlewares: Connect.Server }): void => {
    middlewares.use((request, response, next) => {
      const found = instances?.(request.url ?? "/");
      if (found === undefined) return main.handle(request, response, next);
      request.url = found.path;
      found.server.handle(request, response);
    });
  };
  return { name: "embedded-homeserver", configureServer: mount, configurePreviewServer: mount };
}

function createInstances(
  options: HomeserverOptions,
): (url: string) => { server: Homeserver; path: string } | undefined {
  const known = new Map<string, Homeserver>();
  return (url) => {
    const [, profile = "", name = "", path = "/"] = /^\/_homeserver\/([^/?]+)\/([\w-]{1,64})(\/.*)$/.exec(url) ?? [];
    if (!isProfileName(profile)) return undefined;
    const key = `${profile}/${name}`;
    const server = known.get(key) ?? createHomeserver({ ...options, profile });
    known.set(key, server);
    for (const oldest of known.keys()) {
      if (known.size <= MAX_INSTANCES) break;
      known.delete(oldest);
    }
    return { server, path };
  };
}
