/**
 * What fetching and importing needs: loaded when users are first fetched, so that a page that shows nobody yet loads none of
 * it.
 */
export { fetchBundle } from "../../matrix/reading/fetch-bundle.js";
export { addBundle, readBundle } from "../../matrix/reading/read-bundle.js";
export {
  fetchIdentities,
  type IdentityReader,
  openReading,
  type ReadingContext,
  type ReadingSources,
} from "./fetch-identities.js";
