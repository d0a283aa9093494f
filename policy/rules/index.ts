import { hardenedPods } from "./hardened-pods";
import { held } from "./held";
import { imageOrigin } from "./image-origin";
import { jurisdiction } from "./jurisdiction";
import { limitedVolumes } from "./limited-volumes";
import { noEntry } from "./no-entry";
import { noPlainSecrets } from "./no-plain-secrets";
import { openIngress } from "./open-ingress";
import { podSecurity } from "./pod-security";
import { publicCloud } from "./public-cloud";
import type { Rule } from "./rule";
import { serviceExposure } from "./service-exposure";
import { spread } from "./spread";

export const RULES: readonly Rule[] = [
    hardenedPods,
    held,
    imageOrigin,
    jurisdiction,
    limitedVolumes,
    noEntry,
    noPlainSecrets,
    openIngress,
    podSecurity,
    publicCloud,
    serviceExposure,
    spread,
];
