// Packages that ship ES modules only: Jest runs CommonJS, so these are transformed with our own code.
const esmOnly = [
    "@actions",
    "age-encryption",
    "@noble",
    "@scure",
    "bcryptjs",
    "@kubernetes/client-node",
    "socks-proxy-agent",
    "agent-base",
    "openid-client",
    "oauth4webapi",
    "jose",
    "fast-check",
    "pure-rand",
    "p-limit",
    "js-yaml",
    "yocto-queue",
    "shlex",
    "marked",
    "commander",
    "d3-[a-z-]+",
    "internmap",
];

const common = {
    testEnvironment: "node",
    transform: { "\\.(?:m?js|ts)$": "<rootDir>/tests/support/transform.js" },
    transformIgnorePatterns: [`/node_modules/(?!(${esmOnly.join("|")})/)`],
    moduleNameMapper: {
        // They name no entry for CommonJS.
        "^@actions/(workflow-parser|expressions)$": "<rootDir>/node_modules/@actions/$1/dist/index.js",
        "^@actions/expressions/(.*)$": "<rootDir>/node_modules/@actions/expressions/dist/$1",
        // With these the SDK turns functions into text. They load the TypeScript compiler, for longer than all else in a test; the language host loads them
        // only once they are called (toolchain/language-host/preload.ts).
        "^\\./closure/(codePaths|serializeClosure)$": "<rootDir>/tests/support/closures.js",
    },
    modulePathIgnorePatterns: ["<rootDir>/.embassy/"],
};

/** Folders of tests of sites with real nodes, of which a small computer can bear one at a time. */
const realNodes = ["/tests/system/real-nodes/", "/tests/lab/nodes/"];

/** @type {import("jest").Config} */
module.exports = {
    // Many tests start processes, and two cores are soon shared out: a limit for what hangs, not for what is slow.
    testTimeout: 30_000,
    projects: [
        {
            ...common,
            displayName: "unit",
            testMatch: ["<rootDir>/tests/**/*.test.ts"],
            testPathIgnorePatterns: ["\\.integration\\.test\\.ts$"],
        },
        {
            ...common,
            displayName: "integration",
            testMatch: ["<rootDir>/tests/**/*.integration.test.ts"],
            testPathIgnorePatterns: realNodes,
        },
        {
            ...common,
            displayName: "real-nodes",
            testMatch: realNodes.map((folder) => `<rootDir>${folder}*.integration.test.ts`),
        },
    ],
};
