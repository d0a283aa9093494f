import { RULES } from "../../policy/rules";
import { imageOrigin } from "../../policy/rules/image-origin";
import { podSecurity } from "../../policy/rules/pod-security";
import type { KubernetesObject } from "../../policy/rules/rule";
import { serviceExposure } from "../../policy/rules/service-exposure";
import { renderStack } from "../support/render";
import { STACKS } from "../support/stacks";

describe("policy", () => {
    it.each(STACKS)("has nothing to say against %s", async (stack) => {
        const objects = (await renderStack(stack))
            .filter(({ type }) => type.startsWith("kubernetes:"))
            .map(({ inputs }) => inputs as unknown as KubernetesObject);
        expect(objects.length).toBeGreaterThan(0);
        expect(RULES.flatMap((rule) => objects.flatMap((object) => rule.violations(object)))).toEqual([]);
    });

    it("refuses a namespace that is not restricted, or whose level is not pinned", () => {
        const labels = {
            "pod-security.kubernetes.io/enforce": "baseline",
            "pod-security.kubernetes.io/enforce-version": "latest",
            "pod-security.kubernetes.io/audit": "restricted",
            "pod-security.kubernetes.io/audit-version": "v1.36",
            "pod-security.kubernetes.io/warn": "restricted",
        };
        expect(podSecurity.violations({ kind: "Namespace", metadata: { labels } })).toEqual([
            "label pod-security.kubernetes.io/enforce is baseline; it must be restricted",
            "label pod-security.kubernetes.io/enforce-version is latest; it must be a version such as v1.36",
            "label pod-security.kubernetes.io/warn-version is missing; it must be a version such as v1.36",
        ]);
        expect(podSecurity.violations({ kind: "Pod" })).toEqual([]);
    });

    it("refuses a Service that can be reached from outside", () => {
        const service = (type: string): string[] => serviceExposure.violations({ kind: "Service", spec: { type } });
        expect(service("NodePort")).toEqual(["spec.type is NodePort; it must be ClusterIP"]);
        expect(service("ClusterIP")).toEqual([]);
    });

    it("refuses an image from elsewhere, wherever pods are made", () => {
        const containers = [{ name: "main", image: "registry.example/postgres:15" }];
        const initContainers = [{ name: "first", image: "registry.embassy.internal:5000/postgres:15" }];
        const template = { spec: { initContainers, containers } };
        const wrong = [
            "image registry.example/postgres:15 comes from elsewhere; it must be of registry.embassy.internal",
        ];
        expect(imageOrigin.violations({ kind: "StatefulSet", spec: { template } })).toEqual(wrong);
        expect(imageOrigin.violations({ kind: "CronJob", spec: { jobTemplate: { spec: { template } } } })).toEqual(
            wrong,
        );
        expect(imageOrigin.violations({ kind: "Pod", spec: { initContainers } })).toEqual([]);
    });
});
