export { canonicalJson } from "./encoding/canonical-json.js";
export { parseJson } from "./encoding/parse-json.js";
export { CountersignError, type ErrorCode, HttpError } from "./errors.js";
