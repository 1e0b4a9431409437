/** @module matrix-countersign/texts */
export { type ExplainOptions, type Explanation, explain, explainTrustState } from "./explain.js";
export { englishFluent, type SentenceOptions } from "./sentences.js";
