import type { Rule } from "./rule";

const EXPOSED = ["NodePort", "LoadBalancer", "ExternalName"];

/** A Service of these types is reached from outside the site, or leads out of it, past every default-deny policy. */
export const noExposedServices: Rule = {
    name: "no-exposed-services",
    description: "No Service is reachable from outside the site except through the edge.",
    violations({ kind, spec }) {
        const type = spec?.["type"];
        return kind === "Service" && typeof type === "string" && EXPOSED.includes(type)
            ? [`spec.type is ${type}; it must be ClusterIP`]
            : [];
    },
};
