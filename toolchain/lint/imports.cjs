/** Rules for the direction of imports. https://github.com/sverweij/dependency-cruiser/blob/main/doc/rules-reference.md */

/** The top-level folders, from the base to the top: each may import from those before it. */
const HOUSE = [
    // A site can also be declared with the official CLI and plugins, so this folder knows nothing of what runs it here.
    "infra",
    "policy",
    "agents",
    "command-line",
    "pipelines",
    "toolchain",
    "preview",
    "images",
    "credentials",
    "lab",
    "data",
    "custody",
    "readiness",
    "restore",
    "start",
    "tests/support",
    "bench",
    "tests(?!/support/)",
];
/** The folders of infra/, in the same order. */
const INFRA = [
    "conventions",
    "kubernetes",
    "networking",
    "keys",
    "storage",
    "restore",
    "registries",
    "edge",
    "cluster",
    "site",
].map((folder) => `infra/${folder}`);

/** A rule for each of `folders`, which keeps them in their order. */
function inOrder(folders) {
    return folders.slice(0, -1).map((folder, index) => ({
        name: `${folder.replace("/", "-")}-rests-on-what-is-below-it`,
        comment: `${folder} imports of ${folders.slice(0, index).join(", ") || "no other folder"}`,
        severity: "error",
        from: { path: `^${folder}/` },
        to: { path: `^(${folders.slice(index + 1).join("|")})/` },
    }));
}

/** Files that only derive from configuration, without a cluster. */
const PURE = "^infra/conventions/|^infra/site/(?!embassy|across-sites)|^infra/.*/(config|plan[^/]*)[.]ts$";

/** @type {import("dependency-cruiser").IConfiguration} */
module.exports = {
    forbidden: [
        {
            name: "no-circle-of-files",
            comment: "two files that need each other are one, or hide a third",
            severity: "error",
            from: {},
            to: { circular: true },
        },
        {
            name: "no-circle-of-folders",
            severity: "error",
            scope: "folder",
            from: {},
            to: { circular: true },
        },
        ...inOrder(HOUSE),
        ...inOrder(INFRA),
        {
            name: "every-folder-has-its-place",
            comment: "a new folder is entered into the order in toolchain/lint/imports.cjs",
            severity: "error",
            from: { path: "^[^/]+/", pathNot: `^(node_modules|${HOUSE.join("|")})/` },
            to: {},
        },
        {
            name: "nothing-in-infra-needs-the-whole",
            comment: "infra/index.ts is the program, which puts the folders together",
            severity: "error",
            from: { path: "^infra/[^/]+/" },
            to: { path: "^infra/[^/]+$" },
        },
        {
            name: "a-site-needs-what-it-declares",
            comment: "infra and policy run where npm ci --omit=dev has installed: with nothing but dependencies",
            severity: "error",
            from: { path: "^(infra|policy)/" },
            to: {
                dependencyTypes: ["npm-dev", "npm-optional", "npm-no-pkg", "npm-unknown"],
                dependencyTypesNot: ["type-only"],
            },
        },
        {
            name: "plans-are-pure",
            comment: "schemas and plans know neither Pulumi nor a cluster: their types neither",
            severity: "error",
            from: { path: PURE },
            to: { path: "node_modules/@pulumi/" },
        },
    ],
    options: {
        doNotFollow: { path: "node_modules" },
        exclude: { path: "^[.]embassy/" },
        tsPreCompilationDeps: true,
        // The policy pack has the packages of its own package.json, and those that the project has installed.
        combinedDependencies: true,
        tsConfig: { fileName: "tsconfig.json" },
    },
};
