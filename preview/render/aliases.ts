/** Finds the names under which the engine may already know a resource: https://www.pulumi.com/docs/iac/concepts/options/aliases/ */
import type { RegisterResourceRequest } from "@pulumi/pulumi/proto/resource_pb";

const STACK = "pulumi:pulumi:Stack";

/**
 * A resource's former URNs: those that its registration names, and those that follow from its parent's.
 *
 * @param known former URNs of the resources that were registered before, such as the parent
 */
export function formerUrns(
    request: RegisterResourceRequest,
    urn: string,
    known: ReadonlyMap<string, readonly string[]>,
): string[] {
    const start = urn.split("::").slice(0, 2).join("::");
    const [type, name, parent] = [request.getType(), request.getName(), request.getParent()];
    const parents = [parent, ...(known.get(parent) ?? [])];
    const told = request.getAliasesList().flatMap((alias) => {
        const spec = alias.getSpec();
        if (spec === undefined) {
            return [alias.getUrn()];
        }
        const [stack, project] = start.replace("urn:pulumi:", "").split("::");
        const other = `urn:pulumi:${spec.getStack() || stack}::${spec.getProject() || project}`;
        const named = spec.getParenturn();
        const under = spec.getNoparent() ? [""] : named === "" || named === parent ? parents : [named];
        return under.map((one) => urnOf(other, one, spec.getType() || type, spec.getName() || name));
    });
    const inherited = parents.slice(1).map((one) => urnOf(start, one, type, name));
    return [...new Set([...told, ...inherited])].filter((former) => former !== urn);
}

/** Names a resource as the SDK's mocks do: after its parent's own type, where an engine has the types of all ancestors. */
function urnOf(start: string, parent: string, type: string, name: string): string {
    const above = parent.split("::")[2]?.split("$").at(-1) ?? "";
    return `${start}::${above === "" || above === STACK ? "" : `${above}$`}${type}::${name}`;
}
