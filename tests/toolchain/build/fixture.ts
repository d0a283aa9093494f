/** A clone in a temporary folder, with a fake `go` on PATH that records its calls, and fails where a test wants it. */
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Layout } from "../../../toolchain/build/layout";
import type { Progress } from "../../../toolchain/build/progress";

const MODULES: Record<string, string> = {
    etcd: "go.etcd.io/etcd/server/v3 v3.6.5",
    kubernetes: "k8s.io/kubernetes v1.36.3",
    pulumi: "github.com/pulumi/pulumi/pkg/v3 v3.256.0",
    kwok: "sigs.k8s.io/kwok v0.8.0",
    oci: "github.com/distribution/distribution/v3 v3.1.2",
    coredns: "github.com/coredns/coredns v1.15.0",
    "cert-manager": "github.com/cert-manager/cert-manager v1.21.2",
    versitygw: "github.com/versity/versitygw v1.8.0",
    prometheus: "github.com/prometheus/prometheus v0.316.0",
    cilium: "github.com/cilium/cilium v1.19.5",
    "cluster-api": "sigs.k8s.io/cluster-api v1.14.2",
};

/** A fake `go`. Its `build` writes half of each binary, waits for FAKE_GO_GATE if that is set, and writes the rest. */
const FAKE_GO = `#!/bin/sh
echo "$*" >> "$FAKE_GO_LOG"
if [ "$1" = "$FAKE_GO_FAILS" ]; then
    cat "$FAKE_GO_ERROR" >&2
    exit 1
fi
case "$1" in
env)
    printf '{"GOVERSION":"go%s","GOCACHE":"%s","GOMODCACHE":"%s"}' "\${FAKE_GO_VERSION:-1.26.8}" "$FAKE_GO_CACHE" "$FAKE_GO_CACHE" ;;
list)
    if [ "$2" = -m ]; then
        echo "$FAKE_GO_CACHE/module"
        exit
    fi
    echo "go: downloading example.com/a v1.0.0" >&2
    printf 'fmt\\nexample.com/a\\n' ;;
build)
    output=
    previous=
    for argument; do
        if [ "$previous" = -o ]; then output=$argument; fi
        previous=$argument
        case "$output$argument" in
        */*) packages="$packages $argument" ;;
        esac
    done
    echo example.com/a >&2
    write() {
        case "$output" in
        */) for package in $packages; do case "$package" in k8s.io/* | github.com/* | data-embassy/*) echo "$1" > "$output\${package##*/}" ;; esac; done ;;
        *) echo "$1" > "$output" ;;
        esac
    }
    write half
    while [ -n "$FAKE_GO_GATE" ] && [ ! -e "$FAKE_GO_GATE" ] && [ -d "\${FAKE_GO_GATE%/*}" ]; do sleep 0.05; done
    write whole ;;
esac
`;

export interface Clone {
    readonly layout: Layout;
    readonly env: NodeJS.ProcessEnv;
    write(path: string, content: string): string;
    read(path: string): string;
    /** The calls of go since the last look, one per element. */
    goCalls(): string[];
    remove(): void;
}

export function makeClone(): Clone {
    const root = mkdtempSync(join(tmpdir(), "toolchain-"));
    const home = join(root, ".embassy");
    const log = join(root, "go.log");
    const write = (path: string, content: string): string => {
        const file = join(root, path);
        mkdirSync(dirname(file), { recursive: true });
        writeFileSync(file, content);
        return file;
    };
    for (const [folder, requirement] of Object.entries(MODULES)) {
        write(`toolchain/modules/${folder}/go.mod`, `module test\n\ngo 1.26\n\nrequire ${requirement}\n`);
        write(`toolchain/modules/${folder}/go.sum`, "");
    }
    for (const name of ["kubernetes", "random", "tls"]) {
        write(`node_modules/@pulumi/${name}/package.json`, JSON.stringify({ version: "1.2.3" }));
        write(`toolchain/providers/${name}/index.ts`, `import { text } from "./text"; console.log(text);`);
        write(`toolchain/providers/${name}/text.ts`, `export const text: string = "${name}";`);
    }
    write("toolchain/providers/host.ts", `console.log("providers");`);
    write("node_modules/@pulumi/pulumi/package.json", JSON.stringify({ version: "3.256.0" }));
    write("toolchain/language-host/index.ts", `console.log("language host");`);
    write("toolchain/language-host/preload.ts", `console.log("preload");`);
    write("toolchain/language-host/dynamic.ts", `console.log("dynamic");`);
    write("toolchain/providers/random/bcrypt-worker.cjs", `console.log("hashes");`);
    for (const file of [
        "bpf/bpf_lxc.c",
        "bpf/lib/common.h",
        "pkg/k8s/apis/cilium.io/client/crds/v2/ciliumnodes.yaml",
        "deploy/crds/cert-manager.io_certificates.yaml",
        "core/config/crd/bases/clusters.yaml",
        "bootstrap/kubeadm/config/crd/bases/kubeadmconfigs.yaml",
        "controlplane/kubeadm/config/crd/bases/kubeadmcontrolplanes.yaml",
    ]) {
        write(`cache/module/${file}`, file);
    }
    write("package-lock.json", "{}");
    chmodSync(write("path/go", FAKE_GO), 0o755);
    write("go.log", "");
    return {
        layout: {
            root,
            home,
            bin: join(home, "bin"),
            plugins: join(home, "pulumi", "plugins"),
            modules: join(root, "toolchain", "modules"),
            packages: join(root, "node_modules"),
        },
        env: { PATH: `${join(root, "path")}:/usr/bin:/bin`, FAKE_GO_LOG: log, FAKE_GO_CACHE: join(root, "cache") },
        write,
        read: (path) => readFileSync(join(root, path), "utf8"),
        goCalls: () => {
            const calls = readFileSync(log, "utf8").split("\n").filter(Boolean);
            writeFileSync(log, "");
            return calls;
        },
        remove: () => rmSync(root, { recursive: true, force: true }),
    };
}

/** Records which parts were begun, and what was reported about them. */
export function recordingProgress(): Progress & { readonly events: string[] } {
    const events: string[] = [];
    return {
        events,
        begin: (tasks, cached) =>
            events.push(`begin ${tasks.flatMap(({ parts }) => parts).join(" ")}, ${cached} cached`),
        step: ({ parts }, step, detail) => events.push(`${parts.join(" ")}: ${step} ${detail}`.trim()),
        done: ({ parts }) => events.push(`${parts.join(" ")}: done`),
        waitingFor: (pid) => events.push(`waiting for ${pid}`),
        end: (failed) => {
            events.push(failed ? "failed" : "end");
        },
    };
}
