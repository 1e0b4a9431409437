/**
 * The build of openpgp that browsers get, for tests in Node: it brings Brainpool curves and secp256k1 along, which the build
 * for Node leaves to a package that it does not depend on.
 */
export async function loadBrowserBuild(): Promise<unknown> {
  const path = new URL("../../node_modules/openpgp/dist/openpgp.mjs", import.meta.url).href;
  return import(/* @vite-ignore */ path);
}
