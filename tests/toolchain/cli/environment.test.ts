import { changingEnvironment, previewEnvironment, pulumiEnvironment } from "../../../toolchain/cli/environment";
import { binDir, pulumiHome } from "../../../command-line/paths";

describe("the CLI's environment", () => {
    const base = { PATH: "/usr/bin", HOME: "/home/engineer" };

    it("is the project's own with the toolchain from modules: its CLI first, its plugins, no download", () => {
        const environment = pulumiEnvironment(base, "modules", ["tallinn", "luxembourg"]);
        expect(environment["PATH"]?.startsWith(`${binDir}:`)).toBe(true);
        expect(environment).toMatchObject({
            PULUMI_HOME: pulumiHome,
            PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
        });
        expect(environment["KUBECONFIG"]).toMatch(
            /lab\/tallinn\/operator\.kubeconfig:.*lab\/luxembourg\/operator\.kubeconfig$/,
        );
    });

    it("has nothing of ours in it with the system's toolchain: PATH, plugins and downloads are the user's", () => {
        const environment = pulumiEnvironment(base, "system", ["tallinn"]);
        expect(environment["PATH"]).toBe("/usr/bin");
        expect(environment).not.toHaveProperty("PULUMI_HOME");
        expect(environment).not.toHaveProperty("PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION");
    });

    it("keeps the back end, the passphrase and the clusters that the user names", () => {
        const own = {
            PULUMI_BACKEND_URL: "s3://state",
            PULUMI_CONFIG_PASSPHRASE: "correct horse",
            EMBASSY_KUBECONFIG: "/etc/embassy/kubeconfig",
        };
        const environment = pulumiEnvironment({ ...base, ...own }, "modules", ["tallinn"]);
        expect(environment).toMatchObject({ PULUMI_BACKEND_URL: "s3://state", KUBECONFIG: "/etc/embassy/kubeconfig" });
        expect(environment).not.toHaveProperty("PULUMI_CONFIG_PASSPHRASE_FILE");
    });

    it("asks the cluster for an answer where it may be changed", () => {
        expect(["up", "refresh", "destroy"].map((command) => changingEnvironment([command]))).toEqual(
            Array(3).fill({ EMBASSY_CLUSTER_MUST_ANSWER: "true" }),
        );
        expect(
            [
                ["preview", "-s", "tallinn"],
                ["stack", "ls"],
            ].map(changingEnvironment),
        ).toEqual([{}, {}]);
    });

    it("lets a preview ask for several differences at once, and nothing that changes a site", () => {
        expect(previewEnvironment(["preview", "-s", "tallinn"])).toEqual({ PULUMI_PARALLEL_DIFF: "true" });
        expect(["up", "refresh", "destroy"].map((command) => previewEnvironment([command]))).toEqual([{}, {}, {}]);
    });
});
