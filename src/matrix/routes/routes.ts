import { profileField } from "./profile-field.js";
import type { PublishingRoute } from "./route.js";
import { signaturesUpload } from "./signatures-upload.js";

/** Every publishing route, in the order in which they are tried. */
export const publishingRoutes: readonly PublishingRoute[] = [signaturesUpload, profileField];
