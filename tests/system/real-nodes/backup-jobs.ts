/** Starts, interrupts and inspects the Jobs that make backups of a registry, on real nodes. */
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { generationSuffix, generationsIn } from "../../../infra/keys/registry-keys";
import { SitePaths } from "../../../lab/paths";
import type { SiteStatus } from "../../../lab/status";
import { storeOf } from "../../../restore/source";
import { processesIn } from "../../lab/nodes/fixture";
import { type Home, must } from "../../support/home";

const UNTIL_MS = 5 * 60_000;

/** The labels of backups in a store. A backup is finished if it has a manifest, which is stored last. */
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

    /** Runs kubectl. @returns its output */
    kubectl(...args: string[]): string {
        return must(this.home.kubectl(this.site, ...args)).stdout.trim();
    }

    /** Creates a Job of a schedule now. */
    begin(schedule: string, job: string, namespace = this.namespace): void {
        this.kubectl("create", "job", job, namespace, `--from=cronjob/${schedule}`);
    }

    /** Creates such a Job with a deadline, and waits until it has failed. */
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

    /** Waits until a Job is complete. */
    complete(job: string, namespace = this.namespace): void {
        this.kubectl("wait", namespace, `job/${job}`, "--for=condition=complete", "--timeout=600s");
    }

    /** The Job's first pod as `pod/<name>`, or "" if there is none yet. */
    pod(job: string): string {
        const found = this.kubectl("get", "pods", this.namespace, `--selector=job-name=${job}`, "-o", "name");
        return found.split("\n")[0] ?? "";
    }

    /** Whether the container that makes the backup runs in the Job's first pod. */
    runs(job: string): boolean {
        const pod = this.pod(job);
        return pod !== "" && this.processesOf(pod).length > 0;
    }

    /** The first process of the container that makes the backup. @throws Error if it has ended, because killing process 0 would kill the test */
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

    /** The backups with the newest generation of keys. */
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

    /** Starts a full backup. @returns its label in this site's store once a part of it is stored */
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

    /** @throws Error if the condition does not hold within five minutes */
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
