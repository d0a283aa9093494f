/** The Jobs that make backups of a registry, on real nodes: how they are begun, interrupted and looked at. */
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { generationSuffix, generationsIn } from "../../infra/keys/registry-keys";
import { SitePaths } from "../../lab/paths";
import type { SiteStatus } from "../../lab/status";
import { storeOf } from "../../restore/source";
import { processesIn } from "../lab/nodes/fixture";
import { type Home, must } from "../support/home";

const UNTIL_MS = 5 * 60_000;

/** Labels of a store, by whether the list of a version's files is there: it is stored last. */
export interface Labels {
    readonly finished: readonly string[];
    readonly unfinished: readonly string[];
}

export interface Told {
    readonly code: number | null;
    readonly output: string;
    readonly site: SiteStatus | undefined;
}

export class BackupJobs {
    readonly namespace: string;

    constructor(
        private readonly home: Home,
        private readonly site: string,
        private readonly registry: string,
    ) {
        this.namespace = `--namespace=registry-${registry}`;
    }

    /** Its output. */
    kubectl(...args: string[]): string {
        return must(this.home.kubectl(this.site, ...args)).stdout.trim();
    }

    /** A Job of a schedule, now. */
    begin(schedule: string, job: string, namespace = this.namespace): void {
        this.kubectl("create", "job", job, namespace, `--from=cronjob/${schedule}`);
    }

    /** The same, which fails once its time is over. */
    beginFor(seconds: number, schedule: string, job: string, namespace = this.namespace): void {
        const dry = ["--dry-run=client", "-o", "json"];
        const declared = JSON.parse(
            this.kubectl("create", "job", job, namespace, `--from=cronjob/${schedule}`, ...dry),
        ) as { spec: object };
        const object = { ...declared, spec: { ...declared.spec, activeDeadlineSeconds: seconds } };
        const file = join(this.home.path, `${job}.json`);
        writeFileSync(file, JSON.stringify(object));
        this.kubectl("create", "-f", file);
        this.kubectl("wait", namespace, `job/${job}`, "--for=condition=failed", "--timeout=300s");
    }

    /** By its own deadline it would have failed. */
    complete(job: string, namespace = this.namespace): void {
        this.kubectl("wait", namespace, `job/${job}`, "--for=condition=complete", "--timeout=600s");
    }

    /** Its first pod, as kubectl names it; "" before there is one. */
    pod(job: string): string {
        const found = this.kubectl("get", "pods", this.namespace, `--selector=job-name=${job}`, "-o", "name");
        return found.split("\n")[0] ?? "";
    }

    /** Whether what backs up runs in its first pod. */
    runs(job: string): boolean {
        const pod = this.pod(job);
        return pod !== "" && this.processesOf(pod).length > 0;
    }

    /** The first process of what backs up in a pod. @throws Error where it has ended: to kill process 0 is to kill the test */
    processOf(pod: string): number {
        const [pid] = this.processesOf(pod);
        if (pid === undefined) {
            throw new Error(`${pod} backs up nothing any more`);
        }
        return pid;
    }

    private processesOf(pod: string): number[] {
        const id = 'jsonpath={.status.containerStatuses[?(@.name=="store")].containerID}';
        const container = this.kubectl("get", this.namespace, pod, "-o", id);
        return container === "" ? [] : processesIn(container);
    }

    /** With the newest generation of keys. */
    async inStore(site: string): Promise<Labels> {
        const bucket = await storeOf(new SitePaths(this.home.path, site)).bucket(this.registry);
        const suffix = generationSuffix(generationsIn(readdirSync(bucket))[0]);
        const folder = join(bucket, suffix === "" ? "" : `generation${suffix}`, "backup", this.registry);
        const labels = readdirSync(folder).filter((label) => /^\d{8}-/.test(label));
        const having = (file: string): string[] =>
            labels.filter((label) => readdirSync(join(folder, label)).includes(file));
        const finished = having("backup.manifest");
        return { finished, unfinished: having("pg_data").filter((label) => !finished.includes(label)) };
    }

    /** Begins a full, and returns the label in this site's store once it is in the middle of it. */
    async beginHalf(job: string): Promise<string> {
        const before = (await this.inStore(this.site)).unfinished;
        this.begin("store-full", job);
        let label: string | undefined;
        await this.until(async () => {
            label = (await this.inStore(this.site)).unfinished.find((each) => !before.includes(each));
            return label !== undefined;
        });
        return label ?? "";
    }

    status(): Told {
        const { code, output } = this.home.lab("status", this.site);
        const [site] = JSON.parse(this.home.lab("status", this.site, "--json").stdout) as SiteStatus[];
        return { code, output, site };
    }

    /** @throws Error where it does not come about within five minutes */
    async until(holds: () => boolean | Promise<boolean>): Promise<void> {
        for (const deadline = Date.now() + UNTIL_MS; Date.now() < deadline;) {
            if (await holds()) {
                return;
            }
            await sleep(200);
        }
        throw new Error(`not within five minutes: ${holds.toString()}`);
    }
}
