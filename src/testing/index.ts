/** @module matrix-countersign/testing */
export { algorithmConformance, type ConformanceCase } from "./algorithm-conformance.js";
export { conformanceUserId } from "./objects.js";
export type { ConformanceSubject, SignatureTimes } from "./subject.js";
