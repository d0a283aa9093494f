import { deletionProtection } from "./deletion-protection";
import { hardenedPods } from "./hardened-pods";
import { limitedVolumes } from "./limited-volumes";
import { noEntry } from "./no-entry";
import { noExposedServices } from "./no-exposed-services";
import { noPlainSecrets } from "./no-plain-secrets";
import { openIngress } from "./open-ingress";
import { ownImages } from "./own-images";
import { ownJurisdiction } from "./own-jurisdiction";
import { publicCloud } from "./public-cloud";
import { restrictedNamespaces } from "./restricted-namespaces";
import type { Rule } from "./rule";
import { singleAddresses } from "./single-addresses";
import { tier4Spread } from "./tier4-spread";

/** Each is in the file that has the rule's id as its name. */
export const RULES: readonly Rule[] = [
    hardenedPods,
    deletionProtection,
    ownImages,
    ownJurisdiction,
    limitedVolumes,
    noEntry,
    noPlainSecrets,
    openIngress,
    restrictedNamespaces,
    publicCloud,
    singleAddresses,
    noExposedServices,
    tier4Spread,
];
