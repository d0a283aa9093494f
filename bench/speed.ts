/** Measures how much longer the program takes than the least possible work: an empty program, and kubectl with its objects. */
import type { Figure } from "./figure";
import { ratio } from "./figure";
import { median } from "./process";
import { STACK, type Site } from "./site";
import { must } from "../tests/support/home";

export async function speed(site: Site, rounds: number): Promise<Figure[]> {
    const seconds = {
        up: [] as number[],
        preview: [] as number[],
        emptyUp: [] as number[],
        emptyPreview: [] as number[],
        diff: [] as number[],
        apply: [] as number[],
        unanswered: [] as number[],
    };
    let objects = 0;
    let peak = 0;
    for (let round = 0; round < rounds; round++) {
        site.fresh();
        await site.run(["stack", "init", "--no-select"]);
        seconds.up.push((await site.run(["up", "--yes", "--skip-preview"])).seconds);
        objects = site.writeObjects();
        for (let repeat = 0; repeat < rounds; repeat++) {
            // The runs alternate, so that both sides share a slow minute of the machine.
            seconds.preview.push((await site.run(["preview", "--expect-no-changes"])).seconds);
            seconds.diff.push(
                (await site.runKubectl(["diff", "--server-side", "--force-conflicts", "-f", site.objects], [0, 1]))
                    .seconds,
            );
        }
        must(site.home.lab("fail", `${STACK}/kube-apiserver`));
        seconds.unanswered.push((await site.run(["up", "--yes", "--skip-preview"], { accept: [1, 255] })).seconds);
        await site.run(["stack", "rm", "--yes", "--force", "--preserve-config"]);

        const empty = site.project(`empty-${round}`);
        await site.run(["stack", "init", "--no-select"], { cwd: empty });
        seconds.emptyUp.push(
            (await site.run(["up", "--yes", "--skip-preview"], { cwd: empty, isEmpty: true })).seconds,
        );
        for (let repeat = 0; repeat < rounds; repeat++) {
            seconds.emptyPreview.push(
                (await site.run(["preview", "--expect-no-changes"], { cwd: empty, isEmpty: true })).seconds,
            );
        }

        site.fresh();
        const applied = await site.runKubectl(["apply", "--server-side", "-f", site.objects]);
        seconds.apply.push(applied.seconds + (await site.waitForSets()));
    }
    site.fresh();
    await site.run(["stack", "init", "--no-select"]);
    peak = (await site.run(["up", "--yes", "--skip-preview"], { sampleMemory: true })).mebibytes;
    const { stdout } = site.home.lab("status", STACK, "--json");
    const [status] = JSON.parse(stdout) as { memoryBytes: number }[];
    await site.run(["stack", "rm", "--yes", "--force", "--preserve-config"]);

    const s = Object.fromEntries(Object.entries(seconds).map(([name, values]) => [name, median(values)])) as Record<
        keyof typeof seconds,
        number
    >;
    const show = (value: number): string => `${value.toFixed(2)} s`;
    return [
        ratio(
            "unchanged preview ÷ (empty preview + kubectl diff)",
            s.preview,
            s.emptyPreview + s.diff,
            1.25,
            `${show(s.preview)} ÷ (${show(s.emptyPreview)} + ${show(s.diff)}), ${objects} objects`,
        ),
        ratio(
            "first up ÷ (empty up + kubectl apply and wait)",
            s.up,
            s.emptyUp + s.apply,
            1.5,
            `${show(s.up)} ÷ (${show(s.emptyUp)} + ${show(s.apply)}), ${objects} objects`,
        ),
        ratio(
            "up with the API server down ÷ unchanged preview",
            s.unanswered,
            s.preview,
            1,
            `${show(s.unanswered)} ÷ ${show(s.preview)}`,
        ),
        {
            name: "peak of CLI, language host, program and providers in up",
            value: peak,
            limit: 1536,
            unit: "MiB",
            detail: "",
        },
        {
            name: "a site's control plane",
            value: (status?.memoryBytes ?? NaN) / 1024 / 1024,
            limit: 700,
            unit: "MiB",
            detail: "etcd, API server, controller manager, scheduler, kwok",
        },
    ];
}
