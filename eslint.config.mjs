import pulumi from "@pulumi/eslint-plugin";
import jest from "eslint-plugin-jest";
import tseslint from "typescript-eslint";
import heardLate from "./toolchain/lint/heard-late.mjs";

export default tseslint.config(
    { ignores: ["node_modules/", ".embassy/", "**/*.js", "**/*.cjs", "**/*.mjs"] },
    ...tseslint.configs.strictTypeChecked,
    {
        languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
        plugins: { "@pulumi": pulumi, embassy: { rules: { "heard-late": heardLate } } },
        rules: {
            "@pulumi/no-output-instance-in-template-literal": "error",
            "@pulumi/no-output-in-template-literal": "error",
            "@typescript-eslint/no-floating-promises": "error",
            "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
            "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
            // Overflows the stack on recursive types such as a JSON value (typescript-eslint 8.73).
            "@typescript-eslint/no-unsafe-class-instance-assignment": "off",
            "embassy/heard-late": "error",
            eqeqeq: "error",
            "no-console": "error",
        },
    },
    {
        files: ["tests/**/*.ts"],
        ...jest.configs["flat/recommended"],
        rules: {
            ...jest.configs["flat/recommended"].rules,
            // A test looks at work that is under way, and whatever fails unheard fails it.
            "embassy/heard-late": "off",
            "jest/expect-expect": ["error", { assertFunctionNames: ["expect", "expect*", "fc.assert"] }],
        },
    },
    {
        // Tests that share one started site: no test file itself, it is called by one.
        files: ["tests/system/site/*.ts", "tests/lab/nodes/site/*.ts"],
        rules: { "jest/no-export": "off" },
    },
);
