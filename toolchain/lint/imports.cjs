/** Which way imports go. https://github.com/sverweij/dependency-cruiser/blob/main/doc/rules-reference.md */

/** The folders of infra/, from what everything rests on to what is built of everything: each may import of those before it. */
const ORDER = [
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
];
/** What follows from configuration without a cluster. */
const PURE = "^infra/(conventions|site)/|^infra/.*/(config|plan[^/]*)[.]ts$";

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
            from: { path: "^infra" },
            to: { path: "^infra", circular: true },
        },
        ...ORDER.slice(0, -1).map((folder, index) => ({
            name: `${folder}-rests-on-what-is-below-it`,
            comment: `infra/${folder} imports of ${ORDER.slice(0, index).join(", ") || "no other folder"}`,
            severity: "error",
            from: { path: `^infra/${folder}/` },
            to: { path: `^infra/(${ORDER.slice(index + 1).join("|")})/|^infra/[^/]+$` },
        })),
        {
            name: "a-site-knows-no-lab",
            comment: "infra and policy run with the official CLI and plugins too",
            severity: "error",
            from: { path: "^(infra|policy)/" },
            to: { path: "^(agents|bench|custody|data|images|lab|preview|tests|toolchain)/" },
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
        exclude: { path: "^tests/" },
        tsPreCompilationDeps: true,
        // The policy pack has a package of its own, and what the project has installed.
        combinedDependencies: true,
        tsConfig: { fileName: "tsconfig.json" },
    },
};
