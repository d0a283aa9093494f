/** Service and Ingress. */
import { at, isMap, isZero, list, nameOf, namespaceOf, text } from "../objects";
import { Awaiter, READY, Related, Verdict, waiting } from "./verdict";

/** Upstream does the same: an API server that has found no endpoints may still find some within this time. */
const SETTLES_MS = 10_000;

/** Waits for something to answer behind a service, and for the address of a load balancer. */
export const service: Awaiter = {
    related(object): Related | undefined {
        // Nothing fills in the endpoints of a service without a selector; headless and external services may have none either.
        const none =
            text(object, "spec", "type") === "ExternalName" ||
            text(object, "spec", "clusterIP") === "None" ||
            isZero(at(object, "spec", "selector"));
        return none
            ? undefined
            : {
                  gvk: { group: "discovery.k8s.io", version: "v1", kind: "EndpointSlice" },
                  namespace: namespaceOf(object),
                  selector: { labelSelector: `kubernetes.io/service-name=${nameOf(object)}` },
              };
    },
    check(object, slices): Verdict {
        const reasons: string[] = [];
        const endpoints = slices.flatMap((slice) => list(slice, "endpoints")).filter(isMap);
        // "ready" is unknown where it is absent, which means ready (discovery.k8s.io/v1).
        const ready = endpoints.filter((endpoint) => at(endpoint, "conditions", "ready") !== false);
        if (this.related?.(object) && ready.length === 0) {
            reasons.push(
                `none of its ${endpoints.length} endpoints is ready: do pods match its selector, and are they ready?`,
            );
        }
        const balanced = text(object, "spec", "type") === "LoadBalancer";
        const addressed = !balanced || list(object, "status", "loadBalancer", "ingress").length > 0;
        if (!addressed) {
            reasons.push("it has no load balancer address: does the cluster have a load balancer controller?");
        }
        if (reasons.length === 0) {
            return READY;
        }
        // Its selector may be for pods that come later, or never.
        const empty = addressed && slices.length > 0 && endpoints.length === 0;
        return empty ? { reasons, settles: SETTLES_MS } : waiting(...reasons);
    },
};

export const ingress: Awaiter = {
    check(object): Verdict {
        return list(object, "status", "loadBalancer", "ingress").length > 0
            ? READY
            : waiting("it has no address: does an ingress controller serve its class?");
    },
};
