/** Waits for Jobs. */
import { registryNamespace } from "../infra/conventions/names";
import { type Home, must } from "../tests/support/home";

/** @throws Error where it is not complete within the time that a command of a {@link Home} has */
export function waitForJob(home: Home, site: string, registry: string, name: string): void {
    const where = `--namespace=${registryNamespace(registry)}`;
    must(home.kubectl(site, "wait", where, `job/${name}`, "--for=condition=complete", "--timeout=550s"));
}
