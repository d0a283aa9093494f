import { hardenedPods } from "./hardened-pods";
import { deletionProtection } from "./deletion-protection";
import { imageOrigin } from "./image-origin";
import { jurisdiction } from "./jurisdiction";
import { limitedVolumes } from "./limited-volumes";
import { noEntry } from "./no-entry";
import { noPlainSecrets } from "./no-plain-secrets";
import { podSecurity } from "./pod-security";
import { publicCloud } from "./public-cloud";
import type { Rule } from "./rule";
import { serviceExposure } from "./service-exposure";
import { spread } from "./spread";

export const RULES: readonly Rule[] = [
    hardenedPods,
    deletionProtection,
    imageOrigin,
    jurisdiction,
    limitedVolumes,
    noEntry,
    noPlainSecrets,
    podSecurity,
    publicCloud,
    serviceExposure,
    spread,
];
